import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatCount } from '../../i18n/format.ts';
import { useProblemText } from '../../i18n/problem-text.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { Failure } from '../../ui/states.tsx';
import { toast } from '../../ui/toast.tsx';
import { pageIn, useAddress } from '../address.ts';
import style from '../admin.module.css';
import { Pager } from '../pager.tsx';
import { PictureDialog } from '../picture-dialog.tsx';
import { PictureTiles, useOnlyShown } from '../picture-tiles.tsx';
import { bytesOf, useChangePictures } from '../pictures.ts';
import type { AdminItem } from '../types.ts';
import { PictureFilters } from './picture-filters.tsx';
import { filtersFrom, usePictures } from './use-pictures.ts';

const NONE: ReadonlySet<string> = new Set();

/** One user's pictures of any kind, to look at, throw away and bring back. */
export function PicturesSection({ user }: { readonly user: string }) {
  const { t } = useTranslation(['admin', 'common']);
  const [params, change] = useAddress();
  const filters = filtersFrom(params);
  const page = pageIn(params);
  const { data, error, refetch } = usePictures(user, filters, page);
  const [chosen, choose] = useState(NONE);
  const [opened, open] = useState<AdminItem>();
  useOnlyShown(data?.items, chosen, choose);
  const items = (data?.items ?? []).filter(({ id }) => chosen.has(id));
  return (
    <section className={style.section}>
      <h2>{t('admin:user.pictures')}</h2>
      <PictureFilters
        filters={filters}
        onChange={(changes, how) => change({ ...changes, page: undefined }, how)}
      />
      {error === null ? null : <Failure error={error} onRetry={() => void refetch()} />}
      <div className={style.buttons}>
        <span role="status" className={style.dim}>
          {data === undefined ? t('common:loading') : totalText(data.total, data.total_relation)}
        </span>
        <PictureActions family={filters.family} user={user} items={items} onDone={() => choose(NONE)} />
      </div>
      {data === undefined ? null : (
        <>
          <PictureTiles
            label={t('admin:user.pictures')}
            items={data.items}
            chosen={chosen}
            onChoose={choose}
            onOpen={open}
            empty={<p>{t('admin:user.noPictures')}</p>}
          />
          <Pager page={page} last={data.total_pages} onPage={(next) => change({ page: String(next) })} />
        </>
      )}
      <PictureDialog item={opened} onClose={() => open(undefined)} />
    </section>
  );

  function totalText(total: number, relation: 'eq' | 'gte'): string {
    const number = formatCount(total);
    return t('admin:user.total', { count: total, number: relation === 'gte' ? `${number}+` : number });
  }
}

interface PictureActionsProps {
  readonly family: Parameters<typeof useChangePictures>[0];
  readonly user: string;
  readonly items: readonly AdminItem[];
  readonly onDone: () => void;
}

/** What can be done with those that are chosen. */
function PictureActions({ family, user, items, onDone }: PictureActionsProps) {
  const { t } = useTranslation('admin');
  const problemText = useProblemText();
  const work = useChangePictures(family);
  const [asking, ask] = useState<readonly AdminItem[]>();
  const active = items.filter(({ status }) => status === 'active');
  const trashed = items.filter(({ status }) => status === 'trash');
  const run = (change: 'delete' | 'restore', those: readonly AdminItem[]) =>
    work.mutate(
      { change, items: those },
      {
        onError: (error) => toast({ text: problemText(error) }),
        onSuccess: () => {
          onDone();
          toast({
            text: t(change === 'delete' ? 'user.deleted' : 'user.restored', { count: those.length }),
            undo: () => run(change === 'delete' ? 'restore' : 'delete', those),
          });
        },
        onSettled: () => ask(undefined),
      },
    );
  return (
    <>
      <Button isDisabled={active.length === 0} onPress={() => ask(active)}>
        {t('user.delete', { count: active.length })}
      </Button>
      <Button
        isDisabled={trashed.length === 0}
        isPending={work.isPending && asking === undefined}
        onPress={() => run('restore', trashed)}
      >
        {t('user.restore', { count: trashed.length })}
      </Button>
      <ConfirmDialog
        title={t('user.deleteTitle')}
        action={t('user.deleteAction')}
        danger
        isBusy={work.isPending}
        isOpen={asking !== undefined}
        onConfirm={() => run('delete', asking ?? [])}
        onClose={() => ask(undefined)}
      >
        <p>
          {t('user.deleteText', {
            count: asking?.length ?? 0,
            user,
            bytes: formatBytes(bytesOf(asking ?? [])),
          })}
        </p>
      </ConfirmDialog>
    </>
  );
}
