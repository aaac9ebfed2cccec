import { lazy } from 'react';
import { RouterProvider } from 'react-aria-components';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { useTranslation } from 'react-i18next';
import { Route, Router, Switch, useLocation } from 'wouter';
import { BASE_PATH } from './base-path.ts';
import { GalleryPage } from './gallery/gallery-page.tsx';
import { needTexts } from './i18n/index.ts';
import { Shell } from './shell/shell.tsx';
import { ButtonLink } from './ui/button.tsx';
import { Part } from './ui/part.tsx';
import { Empty } from './ui/states.tsx';

// each page is fetched when it is first opened; the gallery comes at once
const InputsPage = lazy(() => import('./inputs/inputs-page.tsx'));
const TrashPage = lazy(() => import('./trash/trash-page.tsx'));
const SharesPage = lazy(() => import('./shares/shares-page.tsx'));
const SharedPage = lazy(() => import('./shares/shared-page.tsx'));
const SettingsPage = lazy(() => import('./settings/settings-page.tsx'));
const AdminPages = lazy(async () => {
  const [pages] = await Promise.all([import('./admin/admin-pages.tsx'), needTexts('admin')]);
  return pages;
});

/** Every page, by its address. */
export function App() {
  const { i18n } = useTranslation();
  return (
    <I18nProvider locale={i18n.language}>
      <Pages />
    </I18nProvider>
  );
}

function Pages() {
  return (
    <Router base={BASE_PATH}>
      <AriaRouter>
        <Part>
          <Switch>
            <Route path="/s/:token">{({ token }) => <SharedPage token={token} />}</Route>
            <Route path="/admin/*?">
              <AdminPages />
            </Route>
            <Route>
              <Shell>
                <OwnPages />
              </Shell>
            </Route>
          </Switch>
        </Part>
      </AriaRouter>
    </Router>
  );
}

function OwnPages() {
  const [path] = useLocation();
  return (
    <Part key={path}>
      <Switch>
        <Route path="/" component={GalleryPage} />
        <Route path="/inputs" component={InputsPage} />
        <Route path="/trash" component={TrashPage} />
        <Route path="/shares" component={SharesPage} />
        <Route path="/you" component={SettingsPage} />
        <Route component={NothingHere} />
      </Switch>
    </Part>
  );
}

function NothingHere() {
  const { t } = useTranslation('common');
  return (
    <Empty title={t('notFound')}>
      <ButtonLink href="/">{t('toGallery')}</ButtonLink>
    </Empty>
  );
}

/** React Aria's links go through the router too. */
function AriaRouter({ children }: { readonly children: React.ReactNode }) {
  const [, navigate] = useLocation();
  return (
    <RouterProvider
      navigate={(to) => navigate(to)}
      useHref={(href) => (href.startsWith('/') ? `${BASE_PATH}${href}` : href)}
    >
      {children}
    </RouterProvider>
  );
}
