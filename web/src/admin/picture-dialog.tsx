import { useTranslation } from 'react-i18next';
import { formatBytes, formatTime } from '../i18n/format.ts';
import { ButtonLink } from '../ui/button.tsx';
import { Dialog, DialogActions } from '../ui/dialog.tsx';
import { userAddress } from './address.ts';
import style from './admin.module.css';
import { Facts } from './facts.tsx';
import { nameOf } from './pictures.ts';
import type { AdminItem } from './types.ts';

interface PictureDialogProps {
  readonly item: AdminItem | undefined;
  readonly showsOwner?: boolean;
  readonly onClose: () => void;
}

/** One of somebody's pictures, large, with what it was made of. That it was looked at is in the audit log. */
export function PictureDialog({ item, showsOwner = false, onClose }: PictureDialogProps) {
  const { t } = useTranslation('admin');
  if (item === undefined) return null;
  const { meta, owner, id } = item;
  const size = meta.width === null || meta.height === null ? undefined : `${meta.width} × ${meta.height}`;
  return (
    <Dialog title={t('picture.title')} isOpen wide onClose={onClose}>
      <img className={style.bigPicture} src={item.url} alt={nameOf(item)} />
      <Facts
        facts={[
          [t('picture.id'), <code key="id">{id}</code>],
          [t('picture.owner'), <code key="owner">{owner}</code>],
          [t('picture.status'), t(`status.${item.status}`)],
          [t('picture.created'), formatTime(item.created_at)],
          [t('picture.trashed'), timeOf(meta.trashed_at)],
          [t('picture.purge'), timeOf(meta.purge_at)],
          [t('picture.size'), [size, formatBytes(meta.bytes)].filter(Boolean).join(', ')],
          [t('picture.prompt'), meta.prompt ?? undefined],
          [t('picture.model'), meta.model ?? undefined],
          [t('picture.seed'), meta.seed ?? undefined],
        ]}
      />
      <DialogActions>
        {showsOwner ? <ButtonLink href={userAddress(owner)}>{t('picture.toOwner')}</ButtonLink> : null}
        <ButtonLink href={`/admin/why?id=${id}&user=${encodeURIComponent(owner)}`}>
          {t('picture.why')}
        </ButtonLink>
      </DialogActions>
    </Dialog>
  );
}

function timeOf(time: string | null | undefined): string | undefined {
  return time === null || time === undefined ? undefined : formatTime(time);
}
