import { type ReactNode, useEffect } from 'react';
import type { Selection } from 'react-aria-components/GridList';
import { GridList, GridListItem } from 'react-aria-components/GridList';
import { useTranslation } from 'react-i18next';
import { formatTime } from '../i18n/format.ts';
import { classes } from '../ui/classes.ts';
import { Checkbox } from '../ui/field.tsx';
import style from './admin.module.css';
import { nameOf } from './pictures.ts';
import type { AdminItem } from './types.ts';

interface PictureTilesProps {
  readonly label: string;
  readonly items: readonly AdminItem[];
  readonly onOpen: (item: AdminItem) => void;
  readonly empty: ReactNode;
  /** Whose it is, under each. */
  readonly showsOwner?: boolean;
  /** Ids that are chosen; without it none can be. */
  readonly chosen?: ReadonlySet<string>;
  readonly onChoose?: (ids: ReadonlySet<string>) => void;
}

/** A page of anybody's pictures. */
export function PictureTiles(props: PictureTilesProps) {
  const { label, items, onOpen, empty, showsOwner = false, chosen, onChoose } = props;
  const byId = new Map(items.map((item) => [item.id, item]));
  const choose = (keys: Selection) =>
    onChoose?.(new Set(keys === 'all' ? byId.keys() : [...keys].map(String)));
  return (
    <GridList
      aria-label={label}
      layout="grid"
      className={style.tiles ?? ''}
      selectionMode={chosen === undefined ? 'none' : 'multiple'}
      selectedKeys={chosen ?? new Set<string>()}
      onSelectionChange={choose}
      onAction={(key) => {
        const item = byId.get(String(key));
        if (item !== undefined) onOpen(item);
      }}
      renderEmptyState={() => empty}
    >
      {items.map((item) => (
        <Tile key={item.id} item={item} showsOwner={showsOwner} hasCheck={chosen !== undefined} />
      ))}
    </GridList>
  );
}

interface TileProps {
  readonly item: AdminItem;
  readonly showsOwner: boolean;
  readonly hasCheck: boolean;
}

function Tile({ item, showsOwner, hasCheck }: TileProps) {
  const { t } = useTranslation('admin');
  const isTrashed = item.status === 'trash';
  const name = nameOf(item);
  const below = showsOwner ? item.owner : formatTime(item.created_at);
  return (
    <GridListItem
      id={item.id}
      // all that is to be read on it, in its order: who speaks to the machine names what is seen
      textValue={[name, below, isTrashed ? t('status.trash') : ''].join(' ').trim()}
      className={style.tile ?? ''}
      {...(isTrashed ? { 'data-trashed': true } : {})}
    >
      <span className={style.tileImage}>
        <img src={item.thumb_url} alt="" loading="lazy" decoding="async" />
      </span>
      {hasCheck ? (
        <span className={style.tileCheck}>
          <Checkbox slot="selection">{null}</Checkbox>
        </span>
      ) : null}
      <span className={style.tileText}>{name}</span>{' '}
      <span className={classes(style.tileText, style.dim)}>{below}</span>{' '}
      {isTrashed ? (
        <span>
          <span className={style.tag} data-tone="warn">
            {t('status.trash')}
          </span>
        </span>
      ) : null}
    </GridListItem>
  );
}

/** Forgets what was chosen and is no longer on the page. */
export function useOnlyShown(
  items: readonly AdminItem[] | undefined,
  chosen: ReadonlySet<string>,
  choose: (ids: ReadonlySet<string>) => void,
): void {
  useEffect(() => {
    if (items === undefined || chosen.size === 0) return;
    const kept = items.filter(({ id }) => chosen.has(id)).map(({ id }) => id);
    if (kept.length < chosen.size) choose(new Set(kept));
  }, [items, chosen, choose]);
}
