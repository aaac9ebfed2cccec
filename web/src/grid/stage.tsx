import { type HTMLAttributes, type RefObject, useMemo, useSyncExternalStore } from 'react';
import type { Item } from '../api/types.ts';
import type { Band } from './band.ts';
import type { Collection } from './collection-types.ts';
import type { Cursor } from './cursor.ts';
import { Day } from './day.tsx';
import { DayHeading } from './day-heading.tsx';
import { dayPartsOf } from './day-parts.ts';
import style from './grid.module.css';
import type { Range } from './range.ts';
import { tileId } from './tile.tsx';
import type { Viewport } from './viewport.ts';

interface StageProps {
  readonly list: Collection;
  readonly viewport: Viewport;
  readonly cursor: Cursor;
  readonly range: Range;
  readonly label: string;
  readonly note: ((item: Item) => string | undefined) | undefined;
  readonly band: Band | undefined;
  readonly listbox: RefObject<HTMLDivElement | null>;
  readonly handlers: HTMLAttributes<HTMLDivElement>;
}

/** What is drawn of the list: all that is drawn anew when a row comes into view, and nothing else. */
export function Stage({ list, viewport, cursor, range, label, note, band, listbox, handlers }: StageProps) {
  const frame = useSyncExternalStore(viewport.subscribe, () => viewport.frame);
  const { picks } = list;
  useSyncExternalStore(picks.subscribe, () => picks.version);
  useSyncExternalStore(cursor.subscribe, () => cursor.version);
  const days = useMemo(() => dayPartsOf(frame), [frame]);
  const activeId = list.peek(cursor.index)?.id;
  const isDrawn = days.some(({ tiles }) => tiles.some(({ item }) => item.id === activeId));
  return (
    <>
      {/* beside the list box and not in it: options and groups are all that a list box may hold */}
      <div className={style.headings}>
        {days.map((day) => (
          <DayHeading
            key={day.date}
            date={day.date}
            count={day.count}
            picked={picks.countOf(day.date)}
            top={day.top - frame.shift}
            height={day.height}
            onPick={(on) => range.pickDay(day.date, on)}
          />
        ))}
      </div>
      <div
        {...handlers}
        ref={listbox}
        className={style.list}
        role="listbox"
        tabIndex={0}
        aria-label={label}
        aria-multiselectable
        aria-activedescendant={isDrawn && activeId !== undefined ? tileId(activeId) : undefined}
        data-picking={picks.isOn || undefined}
      >
        {days.map((day) => (
          <Day
            key={day.date}
            day={day}
            list={list}
            top={day.top - frame.shift}
            activeId={activeId}
            isFlying={frame.isFlying}
            note={note}
          />
        ))}
        {band === undefined ? null : (
          <div className={style.band} style={{ ...band, top: band.top - frame.shift }} aria-hidden />
        )}
      </div>
    </>
  );
}
