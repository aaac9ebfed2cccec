import { lazy, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Item } from '../api/types.ts';
import { formatCount } from '../i18n/format.ts';
import { OverPart } from '../ui/part.tsx';
import { listOfOne } from './list-of.ts';
import type { PictureViewerProps } from './picture-viewer.tsx';
import type { Stage, Zoom } from './stage.ts';
import { StageView } from './stage-view.tsx';
import { Arrows, Toolbar } from './toolbar.tsx';
import { useCommands } from './use-commands.ts';
import { usePanel } from './use-panel.ts';
import type { Viewed } from './use-viewed.ts';
import { useChangeView } from './view-url.ts';
import style from './viewer.module.css';

const Panel = lazy(() => import('./panel/panel.tsx'));
const ShareDialog = lazy(() => import('../shares/share-dialog.tsx'));
const CompareDialog = lazy(() => import('./compare/compare-dialog.tsx'));

interface OpenPictureProps extends Omit<PictureViewerProps, 'onClosed'> {
  readonly viewed: Viewed;
  /** Where keys are listened to. */
  readonly frame: HTMLElement | null;
  readonly onClose: () => void;
}

/** What is in the window: the stage, the buttons over it, and beside it all that is known about the picture. */
export function OpenPicture(props: OpenPictureProps) {
  const { family, sequence, actions, isTrash = false, viewed, frame, onClose } = props;
  const { item, index } = viewed;
  const isAlone = index < 0;
  const list = useMemo(() => (isAlone ? listOfOne(sequence, item) : sequence), [isAlone, sequence, item]);
  const changeView = useChangeView();
  const stage = useRef<Stage>(null);
  const [zoom, setZoom] = useState<Zoom>({ level: 1, isFit: true });
  const [isQuiet, setQuiet] = useState(false);
  const panel = usePanel();
  const [dialog, setDialog] = useState<'share' | 'compare'>();
  const place = isAlone ? 0 : index;
  const neighbour = list.peek(place + 1) ?? list.peek(place - 1);

  const remove = () => {
    void (isTrash ? actions.restore([item]) : actions.trash([item]));
    if (isAlone) onClose();
  };
  const commands = {
    item,
    place,
    total: list.total,
    stage,
    actions,
    isTrash,
    remove,
    togglePanel: panel.toggle,
  };
  useCommands(frame, commands);

  return (
    <>
      <div className={style.view} data-quiet={isQuiet || undefined}>
        <StageView
          key={isAlone ? item.id : 'list'}
          sequence={list}
          id={item.id}
          index={place}
          stage={stage}
          onShow={changeView}
          onZoom={(now) =>
            setZoom((last) => (last.level === now.level && last.isFit === now.isFit ? last : now))
          }
          onTap={() => setQuiet((quiet) => !quiet)}
          onClose={onClose}
        />
        <Toolbar
          {...commands}
          family={family}
          zoom={zoom}
          isPanelOpen={panel.isOpen}
          onShare={() => setDialog('share')}
          onCompare={neighbour === undefined ? undefined : () => setDialog('compare')}
          onClose={onClose}
        />
        <Arrows place={place} total={list.total} stage={stage} />
        <Announcement item={item} place={place} total={list.total} />
      </div>
      {panel.isOpen ? (
        <OverPart onBroken={panel.toggle}>
          <Panel family={family} item={item} actions={actions} isTrash={isTrash} onClose={panel.toggle} />
        </OverPart>
      ) : null}
      <OverPart key={dialog} onBroken={() => setDialog(undefined)}>
        {dialog === 'share' ? (
          <ShareDialog ids={[item.id]} isOpen onClose={() => setDialog(undefined)} />
        ) : null}
        {dialog === 'compare' && neighbour !== undefined ? (
          <CompareDialog
            family={family}
            ids={[item.id, neighbour.id]}
            isOpen
            onClose={() => setDialog(undefined)}
          />
        ) : null}
      </OverPart>
    </>
  );
}

/** Read aloud when another picture is shown. */
function Announcement({
  item,
  place,
  total,
}: {
  readonly item: Item;
  readonly place: number;
  readonly total: number;
}) {
  const { t } = useTranslation('viewer');
  const name = item.meta.prompt || item.meta.original_filename;
  return (
    <p role="status" className="visually-hidden">
      {total > 1
        ? t('announced', { position: formatCount(place + 1), total: formatCount(total), name })
        : name}
    </p>
  );
}
