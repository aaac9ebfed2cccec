import { Link2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Share } from '../api/types.ts';
import { Button, ButtonLink } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/dialog.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Empty, Failure } from '../ui/states.tsx';
import { toast } from '../ui/toast.tsx';
import { endOf } from './share-options.ts';
import { ShareRow } from './share-row.tsx';
import style from './shares.module.css';
import { useRevokeShare, useShares } from './use-shares.ts';

/** Rows at first, and more each time they are asked for: there can be ten thousand. */
const STEP = 50;

/** The links that its owner gave to others. */
export default function SharesPage() {
  const { t } = useTranslation(['shares', 'common']);
  const { data, error, refetch } = useShares();
  return (
    <>
      <PageHead title={t('shares:title')} about={t('shares:about')} />
      {error === null ? null : <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null ? <p role="status">{t('common:loading')}</p> : null}
      {data === undefined ? null : <ShareLists shares={data} />}
    </>
  );
}

function ShareLists({ shares }: { readonly shares: readonly Share[] }) {
  const { t } = useTranslation(['shares', 'common']);
  const [ending, setEnding] = useState<Share>();
  const now = Date.now();
  if (shares.length === 0) {
    return (
      <Empty icon={<Link2 size={40} aria-hidden />} title={t('shares:emptyTitle')}>
        <p>{t('shares:emptyText')}</p>
        <ButtonLink href="/">{t('common:toGallery')}</ButtonLink>
      </Empty>
    );
  }
  const alive = shares.filter((share) => endOf(share, now) === 'alive');
  const ended = shares.filter((share) => endOf(share, now) !== 'alive');
  return (
    <>
      <ShareSection title={t('shares:aliveTitle')} shares={alive} now={now} onEnd={setEnding} />
      <ShareSection title={t('shares:endedTitle')} about={t('shares:endedText')} shares={ended} now={now} />
      <EndDialog share={ending} onClose={() => setEnding(undefined)} />
    </>
  );
}

interface ShareSectionProps {
  readonly title: string;
  readonly about?: string;
  readonly shares: readonly Share[];
  readonly now: number;
  readonly onEnd?: (share: Share) => void;
}

function ShareSection({ title, about, shares, now, onEnd }: ShareSectionProps) {
  const { t } = useTranslation('shares');
  const [shown, setShown] = useState(STEP);
  if (shares.length === 0) return null;
  return (
    <section className={style.section}>
      <h2>{title}</h2>
      {about === undefined ? null : <p className={style.dim}>{about}</p>}
      <ul className={style.list}>
        {shares.slice(0, shown).map((share) => (
          <ShareRow key={share.sid} share={share} now={now} {...(onEnd === undefined ? {} : { onEnd })} />
        ))}
      </ul>
      {shares.length > shown ? (
        <Button onPress={() => setShown(shown + STEP)}>{t('more', { count: shares.length - shown })}</Button>
      ) : null}
    </section>
  );
}

function EndDialog({ share, onClose }: { readonly share: Share | undefined; readonly onClose: () => void }) {
  const { t } = useTranslation('shares');
  const revoke = useRevokeShare();
  const end = () => {
    if (share === undefined) return;
    revoke.mutate(share.sid, {
      onSuccess: () => {
        onClose();
        toast({ text: t('revoked') });
      },
    });
  };
  return (
    <ConfirmDialog
      title={t('revokeTitle')}
      action={t('revoke')}
      danger
      isBusy={revoke.isPending}
      isOpen={share !== undefined}
      onConfirm={end}
      onClose={() => {
        revoke.reset();
        onClose();
      }}
    >
      <p>{t('revokeText')}</p>
      {revoke.error === null ? null : <Failure error={revoke.error} />}
    </ConfirmDialog>
  );
}
