import { SearchX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ActionName } from '../actions/action-name.ts';
import { useActions } from '../actions/use-actions.ts';
import { ChosenFilters } from '../find/filters/chosen-filters.tsx';
import { FindBar } from '../find/find-bar.tsx';
import { isEverything } from '../find/selection.ts';
import { useSelection } from '../find/selection-url.ts';
import { focusGrid } from '../grid/focus-grid.ts';
import { PictureGrid } from '../grid/picture-grid.tsx';
import { useSequence } from '../grid/use-sequence.ts';
import { GuestNotice } from '../settings/guest-notice.tsx';
import { InBar } from '../shell/shell.tsx';
import { ButtonLink } from '../ui/button.tsx';
import { Empty } from '../ui/states.tsx';
import { PictureViewer } from '../viewer/picture-viewer.tsx';
import { useOpenPicture } from '../viewer/view-url.ts';
import { FirstPicture } from './first-picture.tsx';

const ACTIONS: readonly ActionName[] = [
  'favorite',
  'tag',
  'share',
  'zip',
  'input',
  'compare',
  'cull',
  'trash',
];

/** All pictures of an owner, or those that were searched for. */
export function GalleryPage() {
  const { t } = useTranslation('gallery');
  const [selection] = useSelection();
  const open = useOpenPicture();
  const actions = useActions('images');
  const sequence = useSequence('images', selection);
  return (
    <>
      <h1 className="visually-hidden">{t('title')}</h1>
      <InBar>
        <FindBar family="images" />
      </InBar>
      <GuestNotice />
      <ChosenFilters sequence={sequence} />
      <PictureGrid
        family="images"
        selection={selection}
        label={t('title')}
        onOpen={open}
        actions={ACTIONS}
        empty={isEverything(selection) ? <FirstPicture /> : <NothingFound />}
      />
      <PictureViewer family="images" sequence={sequence} actions={actions} onClosed={focusGrid} />
    </>
  );
}

function NothingFound() {
  const { t } = useTranslation('gallery');
  return (
    <Empty icon={<SearchX size={40} aria-hidden />} title={t('nothingFound')}>
      <p>{t('nothingFoundText')}</p>
      <ButtonLink href="/">{t('showAll')}</ButtonLink>
    </Empty>
  );
}
