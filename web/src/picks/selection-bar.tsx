import { EllipsisVertical, X } from 'lucide-react';
import { lazy, useState, useSyncExternalStore } from 'react';
import { Toolbar } from 'react-aria-components/Toolbar';
import { useTranslation } from 'react-i18next';
import type { ActionName } from '../actions/action-name.ts';
import type { Actions } from '../actions/actions.ts';
import { useIsWide } from '../find/use-wide.ts';
import type { Collection } from '../grid/collection-types.ts';
import { focusGrid } from '../grid/focus-grid.ts';
import { formatCount } from '../i18n/format.ts';
import { useCoversBar } from '../shell/shell.tsx';
import { IconButton } from '../ui/button.tsx';
import { MenuButton, MenuItem } from '../ui/menu.tsx';
import { OverPart } from '../ui/part.tsx';
import style from './picks.module.css';
import { type PickDialog, type PickedAction, usePicked } from './use-picked.ts';

const ShareDialog = lazy(() => import('../shares/share-dialog.tsx'));
const CompareDialog = lazy(() => import('../viewer/compare/compare-dialog.tsx'));
const TagDialog = lazy(() => import('./tag-dialog.tsx'));

/** A phone has room for so many buttons; these come first. */
const FIRST: readonly ActionName[] = ['trash', 'restore', 'favorite', 'share'];
const ROOM = 3;
/** A range of fewer is there before anybody could read that it is coming. */
const MANY = 500;

interface SelectionBarProps {
  readonly list: Collection;
  readonly actions: Actions;
  readonly allowed: readonly ActionName[];
  readonly onCull: () => void;
}

/** What can be done with what is picked. It is there while something is, over the bar of the page. */
export function SelectionBar({ list, actions, allowed, onCull }: SelectionBarProps) {
  const { t } = useTranslation(['gallery', 'common']);
  const [dialog, setDialog] = useState<PickDialog | undefined>(undefined);
  const { picks } = list;
  useSyncExternalStore(picks.subscribe, () => picks.version);
  const { count, expected = 0 } = picks;
  const all = usePicked({ picks, actions, allowed, onCull, onDialog: setDialog });
  const isWide = useIsWide();
  const shown = isWide ? all : all.filter(({ name }) => FIRST.includes(name)).slice(0, ROOM);
  const rest = all.filter((one) => !shown.includes(one));
  useCoversBar(picks.isOn);
  const isComing = expected > MANY;
  const picked = count === 0 ? t('pickSome') : t('picked', { count, number: formatCount(count) });
  const text = isComing ? t('pickingMany', { number: formatCount(expected) }) : picked;
  return (
    <>
      <div role="status" className="visually-hidden">
        {picks.isOn ? text : ''}
      </div>
      {picks.isOn ? (
        <Toolbar aria-label={t('pickedActions')} className={style.bar ?? ''}>
          <IconButton
            label={t('clearPicks')}
            onPress={() => {
              picks.clear();
              focusGrid();
            }}
          >
            <X size={20} />
          </IconButton>
          <strong className={style.count}>{text}</strong>
          {shown.map((one) => (
            <ActionButton key={one.name} action={one} />
          ))}
          {rest.length === 0 ? null : <More actions={rest} label={t('common:menu')} />}
        </Toolbar>
      ) : null}
      <OverPart key={dialog} onBroken={() => setDialog(undefined)}>
        <PickedDialog dialog={dialog} list={list} actions={actions} onClose={() => setDialog(undefined)} />
      </OverPart>
    </>
  );
}

function ActionButton({ action: { label, icon: Icon, press } }: { readonly action: PickedAction }) {
  return (
    <IconButton label={label} onPress={press}>
      <Icon size={20} />
    </IconButton>
  );
}

function More({ actions, label }: { readonly actions: readonly PickedAction[]; readonly label: string }) {
  return (
    <MenuButton
      trigger={
        <IconButton label={label}>
          <EllipsisVertical size={20} />
        </IconButton>
      }
    >
      {actions.map(({ name, label: text, icon: Icon, press }) => (
        <MenuItem key={name} onAction={press} textValue={text}>
          <Icon size={18} aria-hidden />
          {text}
        </MenuItem>
      ))}
    </MenuButton>
  );
}

interface PickedDialogProps {
  readonly dialog: PickDialog | undefined;
  readonly list: Collection;
  readonly actions: Actions;
  readonly onClose: () => void;
}

function PickedDialog({ dialog, list, actions, onClose }: PickedDialogProps) {
  if (dialog === undefined) return null;
  const pictures = list.picks.all();
  const ids = pictures.map(({ id }) => id);
  if (dialog === 'share') return <ShareDialog ids={ids} isOpen onClose={onClose} />;
  if (dialog === 'tag') return <TagDialog pictures={pictures} actions={actions} onClose={onClose} />;
  const [a, b] = ids;
  if (a === undefined || b === undefined) return null;
  return <CompareDialog family={list.family} ids={[a, b]} isOpen onClose={onClose} />;
}
