import { lazy } from 'react';
import { useTranslation } from 'react-i18next';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { ButtonLink } from '../ui/button.tsx';
import { Part } from '../ui/part.tsx';
import { Empty, Failure } from '../ui/states.tsx';
import style from './admin.module.css';
import { Frame } from './frame.tsx';
import { useSession } from './session.ts';
import { SignIn } from './sign-in.tsx';
import { UsersPage } from './users/users-page.tsx';

const UserPage = lazy(() => import('./user/user-page.tsx'));
const RecentPage = lazy(() => import('./recent/recent-page.tsx'));
const PurgePage = lazy(() => import('./purge/purge-page.tsx'));
const QuotasPage = lazy(() => import('./quotas/quotas-page.tsx'));
const JobsPage = lazy(() => import('./jobs/jobs-page.tsx'));
const MaintenancePage = lazy(() => import('./maintenance/maintenance-page.tsx'));
const StoragePage = lazy(() => import('./storage/storage-page.tsx'));
const AuditPage = lazy(() => import('./audit/audit-page.tsx'));
const WhyPage = lazy(() => import('./why/why-page.tsx'));

/** Everything under /admin: for who has shown the admin token. */
export default function AdminPages() {
  const { data, error, refetch } = useSession();
  const [path] = useLocation();
  if (data === undefined) {
    if (error === null) return <main id="content" aria-busy />;
    return (
      <main id="content" className={style.signIn}>
        <Failure error={error} onRetry={() => void refetch()} />
      </main>
    );
  }
  if (data === 'none' || data === 'ended') return <SignIn hasEnded={data === 'ended'} />;
  return (
    <Frame>
      <Part key={path}>
        <Switch>
          <Route path="/admin">
            <Redirect to="/admin/users" replace />
          </Route>
          <Route path="/admin/users" component={UsersPage} />
          <Route path="/admin/user" component={UserPage} />
          <Route path="/admin/recent" component={RecentPage} />
          <Route path="/admin/trash" component={PurgePage} />
          <Route path="/admin/quotas" component={QuotasPage} />
          <Route path="/admin/jobs" component={JobsPage} />
          <Route path="/admin/maintenance" component={MaintenancePage} />
          <Route path="/admin/storage" component={StoragePage} />
          <Route path="/admin/audit" component={AuditPage} />
          <Route path="/admin/why" component={WhyPage} />
          <Route component={NothingHere} />
        </Switch>
      </Part>
    </Frame>
  );
}

function NothingHere() {
  const { t } = useTranslation(['admin', 'common']);
  return (
    <Empty title={t('common:notFound')}>
      <ButtonLink href="/admin/users">{t('admin:pages.users')}</ButtonLink>
    </Empty>
  );
}
