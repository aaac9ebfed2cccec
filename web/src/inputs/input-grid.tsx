import { ImageUp } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { Selection } from '../api/types.ts';
import { useSequence } from '../grid/use-sequence.ts';
import { Empty } from '../ui/states.tsx';
import { AddButton } from './add-button.tsx';

/** Days as the reader has them. */
const EVERYTHING: Selection = { tz: Intl.DateTimeFormat().resolvedOptions().timeZone };

/** All inputs, the newest first. */
export function InputGrid({ onFiles }: { readonly onFiles: (files: readonly File[]) => void }) {
  const { t } = useTranslation('inputs');
  const { isReady, total } = useSequence('inputs', EVERYTHING);
  if (!isReady || total > 0) return null;
  return (
    <Empty icon={<ImageUp size={40} aria-hidden />} title={t('emptyTitle')}>
      <p>{t('emptyText')}</p>
      <AddButton onFiles={onFiles} />
    </Empty>
  );
}
