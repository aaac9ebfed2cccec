import { DropZone } from 'react-aria-components/DropZone';
import type { DropItem } from 'react-aria-components/useDragAndDrop';
import { useTranslation } from 'react-i18next';
import { formatCount } from '../i18n/format.ts';
import { PageHead } from '../ui/page-head.tsx';
import { toast } from '../ui/toast.tsx';
import { AddButton } from './add-button.tsx';
import { filesOf, MOST_FILES } from './dropped-files.ts';
import { InputGrid } from './input-grid.tsx';
import style from './inputs.module.css';
import { UploadPanel } from './upload-panel.tsx';
import { uploads } from './uploads.ts';
import { usePageFiles } from './use-page-files.ts';

/** The pictures that new ones are made from, and the way in for them. */
export default function InputsPage() {
  const { t } = useTranslation('inputs');
  const add = (files: readonly File[]) => {
    if (files.length === 0) toast({ text: t('noFiles') });
    else uploads.add(files.slice(0, MOST_FILES));
    if (files.length > MOST_FILES) toast({ text: t('tooMany', { number: formatCount(MOST_FILES) }) });
  };
  usePageFiles(add);
  const addDropped = (items: readonly DropItem[]) =>
    filesOf(items).then(add, () => toast({ text: t('unreadable') }));
  return (
    <DropZone
      className={style.page ?? ''}
      aria-label={t('dropZone')}
      onDrop={({ items }) => void addDropped(items)}
    >
      {({ isDropTarget }) => (
        <>
          <PageHead title={t('title')} about={t('about')}>
            <AddButton onFiles={add} />
          </PageHead>
          <UploadPanel />
          <InputGrid onFiles={add} />
          {isDropTarget ? (
            <div className={style.veil} aria-hidden>
              {t('dropHere')}
            </div>
          ) : null}
        </>
      )}
    </DropZone>
  );
}
