import { Check, Heart, Star } from 'lucide-react';
import { memo, useMemo } from 'react';
import type { Item } from '../api/types.ts';
import style from './grid.module.css';
import { colourOf } from './placeholder.ts';
import { Thumbnail } from './thumbnail.tsx';

export interface TileProps {
  readonly item: Item;
  readonly index: number;
  readonly total: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly name: string;
  readonly note: string | undefined;
  readonly isPicked: boolean;
  readonly isActive: boolean;
  /** Too fast for thumbnails. */
  readonly isFlying: boolean;
}

export function tileId(id: string): string {
  return `picture-${id}`;
}

/** One picture of the grid. Its events are the grid's: there are too many tiles for listeners of their own. */
export const Tile = memo(function Tile(props: TileProps) {
  const { item, index, left, top, width, height, isPicked, isActive, isFlying, note } = props;
  const { thumbhash, favorite, rating } = item.meta;
  const background = useMemo(() => colourOf(thumbhash), [thumbhash]);
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus, and names the active option
    <div
      id={tileId(item.id)}
      role="option"
      aria-label={note === undefined ? props.name : `${props.name}, ${note}`}
      aria-selected={isPicked}
      aria-setsize={props.total}
      aria-posinset={index + 1}
      data-index={index}
      data-active={isActive || undefined}
      className={style.tile}
      style={{ left, top, width, height, ...(isPicked ? {} : { background }) }}
    >
      {isFlying ? null : <Thumbnail key={item.thumb_url} item={item} />}
      <span className={style.check} data-check>
        {isPicked ? <Check size={16} strokeWidth={3} /> : null}
      </span>
      {favorite || rating ? (
        <span className={style.marks}>
          {favorite ? <Heart size={14} fill="currentColor" /> : null}
          {rating ? (
            <>
              <Star size={14} fill="currentColor" /> {rating}
            </>
          ) : null}
        </span>
      ) : null}
      {note === undefined ? null : <span className={style.note}>{note}</span>}
    </div>
  );
});
