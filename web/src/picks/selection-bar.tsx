import {
  ClipboardCopy,
  Columns2,
  Download,
  Heart,
  Layers,
  Link2,
  RotateCcw,
  Tag,
  Trash2,
  X,
} from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Toolbar } from 'react-aria-components/Toolbar';
import { useTranslation } from 'react-i18next';
import type { ActionName } from '../actions/action-name.ts';
import type { Actions } from '../actions/actions.ts';
import type { Collection } from '../grid/collection-types.ts';
import { focusGrid } from '../grid/focus-grid.ts';
import { formatCount } from '../i18n/format.ts';
import { IconButton } from '../ui/button.tsx';
import style from './picks.module.css';

const ShareDialog = lazy(() => import('../shares/share-dialog.tsx'));
const CompareDialog = lazy(() => import('../viewer/compare/compare-dialog.tsx'));
const TagDialog = lazy(() => import('./tag-dialog.tsx'));

interface SelectionBarProps {
  readonly list: Collection;
  readonly actions: Actions;
  readonly allowed: readonly ActionName[];
  readonly onCull: () => void;
}

/** What can be done with what is picked. It is there while something is. */
export function SelectionBar({ list, actions, allowed, onCull }: SelectionBarProps) {
  const { t } = useTranslation('gallery');
  const [dialog, setDialog] = useState<'share' | 'tag' | 'compare' | undefined>(undefined);
  const { picks } = list;
  const count = picks.count;
  const close = () => setDialog(undefined);
  const [a, b] = count === 2 ? picks.all().map(({ id }) => id) : [];
  const isFavorite = count > 0 && count < 5000 && picks.all().every(({ meta }) => meta.favorite);
  const buttons: Partial<Record<ActionName, { label: string; icon: typeof Heart; press: () => void }>> = {
    favorite: {
      label: isFavorite ? t('unfavorite') : t('favorite'),
      icon: Heart,
      press: () => void actions.favorite(picks.all(), !isFavorite),
    },
    tag: { label: t('tag'), icon: Tag, press: () => setDialog('tag') },
    share: { label: t('share'), icon: Link2, press: () => setDialog('share') },
    zip: { label: t('zip'), icon: Download, press: () => void actions.zip(picks.all()) },
    input: { label: t('toInputs'), icon: ClipboardCopy, press: () => void actions.copyToInputs(picks.all()) },
    cull: { label: t('cull'), icon: Layers, press: onCull },
    ...(count === 2
      ? { compare: { label: t('compare'), icon: Columns2, press: () => setDialog('compare') } }
      : {}),
    restore: { label: t('restore'), icon: RotateCcw, press: () => void actions.restore(picks.all()) },
    trash: {
      label: t('trash'),
      icon: Trash2,
      press: () => {
        void actions.trash(picks.all());
        // the bar goes with what was picked: the focus would be lost
        focusGrid();
      },
    },
  };
  return (
    <>
      <div role="status" className="visually-hidden">
        {count === 0 ? '' : t('picked', { count, number: formatCount(count) })}
      </div>
      {!picks.isOn ? null : (
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
          <strong className={style.count}>{t('picked', { count, number: formatCount(count) })}</strong>
          {count > 0 &&
            allowed.map((name) => {
              const button = buttons[name];
              if (button === undefined) return null;
              const { label, icon: Icon, press } = button;
              return (
                <IconButton key={name} label={label} onPress={press}>
                  <Icon size={20} />
                </IconButton>
              );
            })}
        </Toolbar>
      )}
      <Suspense>
        {dialog === 'share' ? (
          <ShareDialog ids={picks.all().map(({ id }) => id)} isOpen onClose={close} />
        ) : null}
        {dialog === 'compare' && a !== undefined && b !== undefined ? (
          <CompareDialog family={list.family} ids={[a, b]} isOpen onClose={close} />
        ) : null}
        {dialog === 'tag' ? <TagDialog pictures={picks.all()} actions={actions} onClose={close} /> : null}
      </Suspense>
    </>
  );
}
