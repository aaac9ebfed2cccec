import { ImagePlus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../api/me.ts';
import { BASE_PATH } from '../base-path.ts';
import { ButtonLink } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Empty } from '../ui/states.tsx';
import style from './gallery.module.css';

/** What a new guest sees: how the first picture gets here. */
export function FirstPicture() {
  const { t } = useTranslation('gallery');
  const { data: me } = useMe();
  const command = [
    'curl -H "Authorization: Bearer $SERVICE_TOKEN"',
    `  -F owner=${me?.owner ?? '…'} -F file=@picture.png`,
    `  ${location.origin}${BASE_PATH}/api/v1/images`,
  ].join(' \\\n');
  return (
    <Empty icon={<ImagePlus size={40} aria-hidden />} title={t('emptyTitle')}>
      <p>{t('emptyText')}</p>
      <pre className={style.command}>{command}</pre>
      <CopyButton text={command} label={t('emptyCopy')} />
      <ButtonLink href="/inputs">{t('emptyInputs')}</ButtonLink>
    </Empty>
  );
}
