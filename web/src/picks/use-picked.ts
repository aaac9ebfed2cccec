import {
  ClipboardCopy,
  Columns2,
  Download,
  Heart,
  Layers,
  Link2,
  type LucideIcon,
  RotateCcw,
  Tag,
  Trash2,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { ActionName } from '../actions/action-name.ts';
import type { Actions } from '../actions/actions.ts';
import { focusGrid } from '../grid/focus-grid.ts';
import { formatCount } from '../i18n/format.ts';
import { toast } from '../ui/toast.tsx';
import type { Picks } from './picks.ts';

export type PickDialog = 'share' | 'tag' | 'compare';

export interface PickedAction {
  readonly name: ActionName;
  readonly label: string;
  readonly icon: LucideIcon;
  readonly press: () => void;
}

/** What the server takes in one link, and in one archive. */
const MOST_SHARED = 1_000;
const MOST_ZIPPED = 2_000;
/** Of more it takes long to say whether all of them are favourites. */
const MOST_LOOKED_AT = 5_000;

const ICONS: Readonly<Record<ActionName, LucideIcon>> = {
  favorite: Heart,
  tag: Tag,
  share: Link2,
  zip: Download,
  input: ClipboardCopy,
  compare: Columns2,
  cull: Layers,
  trash: Trash2,
  restore: RotateCcw,
};

interface Deps {
  readonly picks: Picks;
  readonly actions: Actions;
  readonly allowed: readonly ActionName[];
  readonly onCull: () => void;
  readonly onDialog: (dialog: PickDialog) => void;
}

/** What can be done with what is picked now, in the page's order. */
export function usePicked({ picks, actions, allowed, onCull, onDialog }: Deps): PickedAction[] {
  const { t } = useTranslation('gallery');
  const { count } = picks;
  const isFavorite = count > 0 && count <= MOST_LOOKED_AT && picks.all().every(({ meta }) => meta.favorite);
  const atMost = (most: number, act: () => void) => () => {
    if (count > most) toast({ text: t('atMost', { number: formatCount(most) }) });
    else act();
  };
  /** The bar goes with what was picked: the focus would be lost. */
  const leaving = (act: () => void) => () => {
    act();
    focusGrid();
  };
  const verbs: Record<ActionName, readonly [label: string, press: () => void]> = {
    favorite: [
      isFavorite ? t('unfavorite') : t('favorite'),
      () => void actions.favorite(picks.all(), !isFavorite),
    ],
    tag: [t('tag'), () => onDialog('tag')],
    share: [t('share'), atMost(MOST_SHARED, () => onDialog('share'))],
    zip: [t('zip'), atMost(MOST_ZIPPED, () => void actions.zip(picks.all()))],
    input: [t('toInputs'), () => void actions.copyToInputs(picks.all())],
    compare: [t('compare'), () => onDialog('compare')],
    cull: [t('cull'), onCull],
    trash: [t('trash'), leaving(() => void actions.trash(picks.all()))],
    restore: [t('restore'), leaving(() => void actions.restore(picks.all()))],
  };
  return allowed
    .filter((name) => count > 0 && (name !== 'compare' || count === 2))
    .map((name) => ({ name, label: verbs[name][0], icon: ICONS[name], press: verbs[name][1] }));
}
