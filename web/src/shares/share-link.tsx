import { ExternalLink, Share2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Share } from '../api/types.ts';
import { formatTime } from '../i18n/format.ts';
import { Button, ButtonLink } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { DialogActions } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { shareAddress } from './share-options.ts';
import style from './shares.module.css';

/** A link that was just made. */
export function ShareLink({ share, onClose }: { readonly share: Share; readonly onClose: () => void }) {
  const { t } = useTranslation(['shares', 'common']);
  const address = shareAddress(share.url, window.location.origin);
  return (
    <div className={style.form}>
      <p role="status">{t('shares:ready', { time: formatTime(share.expires_at) })}</p>
      <TextField label={t('shares:link')} value={address} isReadOnly autoFocus />
      <div className={style.linkButtons}>
        <CopyButton text={address} label={t('shares:copyLink')} kind="primary" />
        {'share' in navigator ? (
          <Button onPress={() => void passOn(address, share.name)}>
            <Share2 size={18} aria-hidden />
            {t('shares:passOn')}
          </Button>
        ) : null}
        <ButtonLink href={address} target="_blank" rel="noreferrer">
          <ExternalLink size={18} aria-hidden />
          {t('shares:open')}
        </ButtonLink>
      </div>
      <DialogActions>
        <Button onPress={onClose}>{t('common:close')}</Button>
      </DialogActions>
    </div>
  );
}

async function passOn(url: string, name: string): Promise<void> {
  try {
    await navigator.share(name === '' ? { url } : { url, title: name });
  } catch (error) {
    // closed without choosing anybody
    if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
  }
}
