import { useTranslation } from 'react-i18next';
import type { Item } from '../api/types.ts';
import { formatDay } from '../i18n/format.ts';
import type { Collection } from './collection-types.ts';
import type { DayPart } from './day-parts.ts';
import style from './grid.module.css';
import { useNameOf } from './name-of.ts';
import { Tile } from './tile.tsx';

interface DayProps {
  readonly day: DayPart;
  readonly list: Collection;
  /** Upper edge in the page's element. */
  readonly top: number;
  readonly activeId: string | undefined;
  readonly isFlying: boolean;
  readonly note: ((item: Item) => string | undefined) | undefined;
}

/** As much of a day's pictures as is drawn. */
export function Day({ day, list, top, activeId, isFlying, note }: DayProps) {
  const { t } = useTranslation('gallery');
  const nameOf = useNameOf();
  const { total, picks } = list;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; in a list box options stand in groups
    <div
      role="group"
      aria-label={t('dayLabel', { day: formatDay(day.date), count: day.count })}
      className={style.day}
      style={{ top, height: day.height }}
    >
      {day.unknown.map((box) => (
        <div key={box.top} className={style.unknown} style={box} aria-hidden />
      ))}
      {day.tiles.map(({ item, index, ...box }) => (
        <Tile
          key={item.id}
          {...box}
          item={item}
          index={index}
          total={total}
          name={nameOf(item)}
          note={note?.(item)}
          isPicked={picks.has(item.id)}
          isActive={item.id === activeId}
          isFlying={isFlying}
        />
      ))}
    </div>
  );
}
