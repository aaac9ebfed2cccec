import { ImageUp } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ActionName } from '../actions/action-name.ts';
import { useActions } from '../actions/use-actions.ts';
import type { Selection } from '../api/types.ts';
import { focusGrid } from '../grid/focus-grid.ts';
import { PictureGrid } from '../grid/picture-grid.tsx';
import { useSequence } from '../grid/use-sequence.ts';
import { Empty } from '../ui/states.tsx';
import { PictureViewer } from '../viewer/picture-viewer.tsx';
import { useOpenPicture } from '../viewer/view-url.ts';
import { AddButton } from './add-button.tsx';

/** Days as the reader has them. */
const EVERYTHING: Selection = { tz: Intl.DateTimeFormat().resolvedOptions().timeZone };

const ACTIONS: readonly ActionName[] = ['favorite', 'tag', 'zip', 'trash'];

/** All inputs, the newest first. */
export function InputGrid({ onFiles }: { readonly onFiles: (files: readonly File[]) => void }) {
  const { t } = useTranslation('inputs');
  const sequence = useSequence('inputs', EVERYTHING);
  const open = useOpenPicture();
  const actions = useActions('inputs');
  return (
    <>
      <PictureGrid
        family="inputs"
        selection={EVERYTHING}
        label={t('title')}
        onOpen={open}
        actions={ACTIONS}
        empty={
          <Empty icon={<ImageUp size={40} aria-hidden />} title={t('emptyTitle')}>
            <p>{t('emptyText')}</p>
            <AddButton onFiles={onFiles} />
          </Empty>
        }
      />
      <PictureViewer family="inputs" sequence={sequence} actions={actions} onClosed={focusGrid} />
    </>
  );
}
