import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerOf, api, until } from '../../api/client.ts';
import { PageHead } from '../../ui/page-head.tsx';
import { Failure } from '../../ui/states.tsx';
import { PictureDialog } from '../picture-dialog.tsx';
import { PictureTiles } from '../picture-tiles.tsx';
import type { AdminItem } from '../types.ts';

/** As many as the server keeps of all together. */
const SIZE = 100;
const LOOK_AGAIN_MS = 15_000;

/** What came last, whoever it belongs to. */
export default function RecentPage() {
  const { t } = useTranslation(['admin', 'common']);
  const [opened, open] = useState<AdminItem>();
  const { data, error, refetch } = useQuery({
    queryKey: ['admin', 'recent'],
    queryFn: ({ signal }) =>
      answerOf(api.admin.recent.$get({ query: { size: String(SIZE) } }, until(signal))),
    staleTime: 0,
    refetchInterval: LOOK_AGAIN_MS,
  });
  return (
    <>
      <PageHead title={t('admin:recent.title')} about={t('admin:recent.about', { count: SIZE })} />
      {error === null ? null : <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null ? <p role="status">{t('common:loading')}</p> : null}
      {data === undefined ? null : (
        <PictureTiles
          label={t('admin:recent.title')}
          items={data.items}
          onOpen={open}
          showsOwner
          empty={<p>{t('admin:recent.empty')}</p>}
        />
      )}
      <PictureDialog item={opened} showsOwner onClose={() => open(undefined)} />
    </>
  );
}
