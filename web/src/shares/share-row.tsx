import { ExternalLink } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Share } from '../api/types.ts';
import { formatFromNow, formatTime } from '../i18n/format.ts';
import { Button, ButtonLink } from '../ui/button.tsx';
import { classes } from '../ui/classes.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { endOf, shareAddress } from './share-options.ts';
import { ShareThumbs } from './share-thumbs.tsx';
import style from './shares.module.css';

interface ShareRowProps {
  readonly share: Share;
  /** ms */
  readonly now: number;
  readonly onEnd?: (share: Share) => void;
}

/** One link: what it shows, until when, who came. */
export function ShareRow({ share, now, onEnd }: ShareRowProps) {
  const { t } = useTranslation('shares');
  const isAlive = endOf(share, now) === 'alive';
  const name = share.name === '' ? t('unnamed') : share.name;
  return (
    <li className={classes(style.row, !isAlive && style.ended)}>
      {isAlive ? <ShareThumbs share={share} /> : null}
      <div className={style.rowWords}>
        <h3>{name}</h3>
        <p className={style.facts}>
          <span>{t('pictures', { count: share.ids.length })}</span>
          <span>{!isAlive && share.views === 0 ? t('neverOpened') : t('views', { count: share.views })}</span>
          <EndsWhen share={share} now={now} />
        </p>
        <SwitchesShown share={share} />
      </div>
      {isAlive ? <RowButtons share={share} name={name} {...(onEnd === undefined ? {} : { onEnd })} /> : null}
    </li>
  );
}

function EndsWhen({ share, now }: { readonly share: Share; readonly now: number }) {
  const { t } = useTranslation('shares');
  const end = endOf(share, now);
  if (end === 'revoked') return <span>{t('endRevoked')}</span>;
  const when = formatFromNow(share.expires_at, now);
  return (
    <time dateTime={share.expires_at} title={formatTime(share.expires_at)}>
      {t(end === 'alive' ? 'ends' : 'endExpired', { when })}
    </time>
  );
}

/** What the link shows and what not, as it was chosen. */
function SwitchesShown({ share }: { readonly share: Share }) {
  const { t } = useTranslation('shares');
  const shown = [
    t(share.thumbnail_only ? 'hasThumbnails' : 'hasOriginals'),
    ...(share.show_prompt ? [t('hasPrompt')] : []),
    ...(share.thumbnail_only ? [] : [t(share.strip_metadata ? 'isStripped' : 'hasMetadata')]),
  ];
  return (
    <ul className={style.tags} aria-label={t('shows')}>
      {shown.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

function RowButtons({ share, name, onEnd }: Omit<ShareRowProps, 'now'> & { readonly name: string }) {
  const { t } = useTranslation('shares');
  const address = shareAddress(share.url, window.location.origin);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields; these are the buttons of one row
    <div className={style.rowButtons} role="group" aria-label={name}>
      <CopyButton text={address} label={t('copyLink')} />
      <ButtonLink href={address} target="_blank" rel="noreferrer">
        <ExternalLink size={18} aria-hidden />
        {t('open')}
      </ButtonLink>
      {onEnd === undefined ? null : <Button onPress={() => onEnd(share)}>{t('revoke')}</Button>}
    </div>
  );
}
