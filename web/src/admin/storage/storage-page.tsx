import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answerOf, api, root, until } from '../../api/client.ts';
import { ApiProblem } from '../../api/problem.ts';
import type en from '../../i18n/en/admin.ts';
import { formatBytes, formatCount } from '../../i18n/format.ts';
import { Button } from '../../ui/button.tsx';
import { PageHead } from '../../ui/page-head.tsx';
import { Failure } from '../../ui/states.tsx';
import style from '../admin.module.css';
import { DataTable } from '../data-table.tsx';
import { Facts } from '../facts.tsx';
import { useServerWords } from '../server-words.ts';
import { useSession } from '../session.ts';
import type { Health } from '../types.ts';

const LOOK_AGAIN_MS = 10_000;
const TONES = { ok: 'good', degraded: 'warn', failing: 'bad' } as const;

/** Whether the volume, its space and what works on it are well. */
export default function StoragePage() {
  const { t } = useTranslation(['admin', 'common']);
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['admin', 'health'],
    queryFn: ({ signal }) => askHealth(signal),
    staleTime: 0,
    refetchInterval: LOOK_AGAIN_MS,
  });
  return (
    <>
      <PageHead title={t('admin:storage.title')} about={t('admin:storage.about')}>
        <Button isPending={isFetching} onPress={() => void refetch()}>
          {t('admin:storage.again')}
        </Button>
      </PageHead>
      {error === null ? null : <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null ? <p role="status">{t('common:loading')}</p> : null}
      {data === undefined ? null : (
        <>
          <p role="status">
            {t('admin:storage.overall')} <State status={data.status} />
          </p>
          <Components health={data} />
        </>
      )}
      <Contents />
    </>
  );
}

/** A server that is not well says so with 503 and the same report. */
async function askHealth(signal: AbortSignal): Promise<Health> {
  const answer = await root.healthz.$get({}, until(signal)).catch((cause: unknown) => {
    throw new ApiProblem('unreachable', 0, 'The server cannot be reached.', { cause });
  });
  if (answer.status !== 200 && answer.status !== 503) {
    throw new ApiProblem('unknown', answer.status, `HTTP ${answer.status}`);
  }
  return (await answer.json()) as Health;
}

function State({ status }: { readonly status: Health['status'] }) {
  const { t } = useTranslation('admin');
  return (
    <span className={style.tag} data-tone={TONES[status]}>
      {t(`storage.states.${status}`)}
    </span>
  );
}

type Part = keyof (typeof en)['storage']['parts'];

function Components({ health }: { readonly health: Health }) {
  const { t, i18n } = useTranslation('admin');
  const nameOf = (part: string) =>
    i18n.exists(`admin:storage.parts.${part}`) ? t(`storage.parts.${part as Part}`) : part;
  return (
    <DataTable
      label={t('storage.title')}
      rows={Object.entries(health.components)}
      keyOf={([part]) => part}
      columns={[
        { id: 'part', title: t('storage.columns.part'), cell: ([part]) => nameOf(part) },
        {
          id: 'state',
          title: t('storage.columns.state'),
          cell: ([, { status }]) => <State status={status} />,
        },
        {
          id: 'detail',
          title: t('storage.columns.detail'),
          cell: ([, { detail }]) => <Detail said={detail} />,
        },
      ]}
    />
  );
}

/** What the server says of a part: in the reader's language where we know the sentence. */
function Detail({ said }: { readonly said: string | undefined }) {
  const wordsOf = useServerWords();
  if (said === undefined) return '–';
  return wordsOf(said) ?? <span lang="en">{said}</span>;
}

/** How much lies there in all. */
function Contents() {
  const { t } = useTranslation('admin');
  const query = { size: '1' };
  const { data } = useQuery({
    queryKey: ['admin', 'users', query],
    queryFn: ({ signal }) => answerOf(api.admin.users.$get({ query }, until(signal))),
  });
  const { data: session } = useSession();
  if (data === undefined) return null;
  const { active, trash } = data.sums;
  const version = typeof session === 'object' ? session.version : '…';
  return (
    <section className={style.section}>
      <h2>{t('storage.contents')}</h2>
      <Facts
        facts={[
          [t('storage.users'), formatCount(data.total)],
          [t('storage.pictures'), `${formatCount(active.count)}, ${formatBytes(active.bytes)}`],
          [t('storage.trash'), `${formatCount(trash.count)}, ${formatBytes(trash.bytes)}`],
          [t('storage.thumbs'), formatBytes(active.thumb_bytes + trash.thumb_bytes)],
          [t('storage.version'), version],
        ]}
      />
    </section>
  );
}
