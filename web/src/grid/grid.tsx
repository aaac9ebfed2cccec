import {
  lazy,
  Suspense,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { useTranslation } from 'react-i18next';
import { useActions } from '../actions/use-actions.ts';
import type { Item } from '../api/types.ts';
import type { Course } from '../gallery/culling/course.ts';
import { courseOn } from '../gallery/culling/course-on.ts';
import { formatDay } from '../i18n/format.ts';
import { SelectionBar } from '../picks/selection-bar.tsx';
import { Failure } from '../ui/states.tsx';
import type { Collection } from './collection-types.ts';
import { createCursor } from './cursor.ts';
import { DayHeading } from './day-heading.tsx';
import { type DayPart, dayPartsOf } from './day-parts.ts';
import { focusGrid, setGridFocus } from './focus-grid.ts';
import style from './grid.module.css';
import { useNameOf } from './name-of.ts';
import { NewPictures } from './new-pictures.tsx';
import type { PictureGridProps } from './picture-grid.tsx';
import { Scrubber } from './scrubber.tsx';
import { sizesFor } from './sizes.ts';
import { Tile, tileId } from './tile.tsx';
import { Tools } from './tools.tsx';
import { useKeys } from './use-keys.ts';
import { type Band, usePointer } from './use-pointer.ts';
import { useRange } from './use-range.ts';
import { useScrollPlace } from './use-scroll-place.ts';
import { createViewport } from './viewport.ts';

const Culling = lazy(() => import('../gallery/culling/culling.tsx'));

interface GridProps extends Omit<PictureGridProps, 'empty'> {
  readonly list: Collection;
}

export function Grid({ list, label, onOpen, note, actions: allowed, family, children }: GridProps) {
  const viewport = useMemo(() => createViewport({ list, sizesFor }), [list]);
  const cursor = useMemo(() => createCursor(list), [list]);
  const frame = useSyncExternalStore(viewport.subscribe, () => viewport.frame);
  const { picks } = list;
  useSyncExternalStore(picks.subscribe, () => picks.version);
  useSyncExternalStore(cursor.subscribe, () => cursor.version);
  const spacer = useRef<HTMLDivElement>(null);
  const listbox = useRef<HTMLDivElement>(null);
  const [band, setBand] = useState<Band | undefined>(undefined);
  const days = useMemo(() => dayPartsOf(frame), [frame]);

  useScrollPlace(viewport);
  useLayoutEffect(() => (spacer.current === null ? undefined : viewport.attach(spacer.current)), [viewport]);
  useEffect(
    () =>
      setGridFocus((id) => {
        const index = id === undefined ? cursor.index : list.peekIndexOf(id);
        const place = list.place(index);
        if (place !== undefined) viewport.reveal(place);
        if (index !== -1) cursor.moveTo(index);
        listbox.current?.focus({ preventScroll: true });
      }),
    [list, cursor, viewport],
  );

  const actions = useActions(family);
  const range = useRange(list);
  const parts = { list, viewport, cursor, range, onOpen };
  const [course, setCourse] = useState<Course | undefined>(undefined);
  const cull = () => setCourse(courseOn(list, cursor.index));
  const keys = useKeys({ ...parts, actions, allowed, cull });
  const pointer = usePointer({ ...parts, listbox, setBand });
  const activeId = list.peek(cursor.index)?.id;
  const isActiveDrawn = days.some(({ tiles }) => tiles.some(({ item }) => item.id === activeId));

  return (
    <>
      <SelectionBar list={list} actions={actions} allowed={allowed} onCull={cull} />
      {children}
      <Tools list={list} allowed={allowed} onCull={cull} />
      {list.loadError === undefined ? null : <Failure error={list.loadError} onRetry={list.retry} />}
      <Suspense>
        {course === undefined ? null : (
          <Culling
            course={course}
            actions={actions}
            onClose={(id) => {
              setCourse(undefined);
              focusGrid(id);
            }}
          />
        )}
      </Suspense>
      <NewPictures list={list} viewport={viewport} />
      <Scrubber viewport={viewport} />
      <div ref={spacer} className={style.spacer}>
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
          ref={listbox}
          className={style.list}
          role="listbox"
          tabIndex={0}
          aria-label={label}
          aria-multiselectable
          aria-activedescendant={isActiveDrawn && activeId !== undefined ? tileId(activeId) : undefined}
          data-picking={picks.isOn || undefined}
          {...keys}
          {...pointer}
        >
          {days.map((day) => (
            <Day
              key={day.date}
              day={day}
              list={list}
              top={day.top - frame.shift}
              activeId={activeId}
              isFlying={frame.isFlying}
              picksVersion={picks.version}
              note={note}
            />
          ))}
          {band === undefined ? null : (
            <div className={style.band} style={{ ...band, top: band.top - frame.shift }} aria-hidden />
          )}
        </div>
      </div>
    </>
  );
}

interface DayProps {
  readonly day: DayPart;
  readonly list: Collection;
  readonly top: number;
  readonly activeId: string | undefined;
  readonly isFlying: boolean;
  /** Only to be drawn anew when it changes. */
  readonly picksVersion: number;
  readonly note: ((item: Item) => string | undefined) | undefined;
}

function Day({ day, list, top, activeId, isFlying, note }: DayProps) {
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
