import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Empty, Failure } from '../../ui/states.tsx';
import { useAddress } from '../address.ts';
import style from '../admin.module.css';
import { PicturesSection } from './pictures-section.tsx';
import { QuotaSection } from './quota-section.tsx';
import { TransferSection } from './transfer-section.tsx';
import { TrashSection } from './trash-section.tsx';
import { UseTable } from './use-table.tsx';
import { useUserQuota } from './use-user-quota.ts';

/** Everything that can be done for, and to, one user. */
export default function UserPage() {
  const { t } = useTranslation('admin');
  const [params] = useAddress();
  const user = params.get('id') ?? '';
  if (user === '') {
    return (
      <Empty title={t('user.noName')}>
        <ButtonLink href="/admin/users">{t('pages.users')}</ButtonLink>
      </Empty>
    );
  }
  return <OneUser key={user} user={user} />;
}

function OneUser({ user }: { readonly user: string }) {
  const { t } = useTranslation(['admin', 'common']);
  const { data, error, refetch } = useUserQuota(user);
  return (
    <>
      <PageHead
        title={user}
        about={
          data === undefined ? undefined : <span className={style.tag}>{t(`admin:kinds.${data.kind}`)}</span>
        }
      >
        <CopyButton text={user} label={t('admin:user.copy')} />
        <ButtonLink href={`/admin/audit?user=${encodeURIComponent(user)}`}>
          {t('admin:user.audit')}
        </ButtonLink>
      </PageHead>
      {error === null ? null : <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined ? null : <UseTable quota={data} />}
      <PicturesSection user={user} />
      {data === undefined ? null : <QuotaSection quota={data} />}
      <TrashSection user={user} />
      <TransferSection user={user} />
    </>
  );
}
