import { useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { answerOf, api, until } from '../../api/client.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Failure } from '../../ui/states.tsx';
import { pageIn, useAddress } from '../address.ts';
import { Pager } from '../pager.tsx';
import type { QuotaReport } from '../types.ts';
import { QuotasTable } from './quotas-table.tsx';

/** The answer holds everybody; the page shows so many at a time. */
const SIZE = 50;

/** Who is nearest to a limit. */
export default function QuotasPage() {
  const { t } = useTranslation(['admin', 'common']);
  const { data, error, refetch } = useQuery({
    queryKey: ['admin', 'quota-report'],
    queryFn: async ({ signal }) =>
      (await answerOf(api.admin['quota-report'].$get({ query: {} }, until(signal)))) as QuotaReport,
    staleTime: 0,
  });
  return (
    <>
      <PageHead title={t('admin:quotas.title')} about={t('admin:quotas.about')}>
        <ButtonLink href="/api/v1/admin/quota-report?format=csv" download>
          <Download size={18} aria-hidden />
          {t('admin:quotas.csv')}
        </ButtonLink>
      </PageHead>
      {error === null ? null : <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null ? <p role="status">{t('common:loading')}</p> : null}
      {data === undefined ? null : <Rows report={data} />}
    </>
  );
}

function Rows({ report: { users } }: { readonly report: QuotaReport }) {
  const [params, change] = useAddress();
  const page = pageIn(params);
  return (
    <>
      <QuotasTable rows={users.slice((page - 1) * SIZE, page * SIZE)} />
      <Pager
        page={page}
        last={Math.ceil(users.length / SIZE)}
        onPage={(next) => change({ page: String(next) })}
      />
    </>
  );
}
