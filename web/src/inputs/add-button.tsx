import { ImagePlus } from 'lucide-react';
import { FileTrigger } from 'react-aria-components/FileTrigger';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/button.tsx';
import { ACCEPTED_TYPES } from './check-file.ts';

/** Opens the system's file picker. */
export function AddButton({ onFiles }: { readonly onFiles: (files: readonly File[]) => void }) {
  const { t } = useTranslation('inputs');
  return (
    <FileTrigger
      allowsMultiple
      acceptedFileTypes={ACCEPTED_TYPES}
      onSelect={(files) => onFiles(files === null ? [] : [...files])}
    >
      <Button kind="primary">
        <ImagePlus size={18} aria-hidden />
        {t('add')}
      </Button>
    </FileTrigger>
  );
}
