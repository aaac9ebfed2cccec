import { lazy, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useActions } from '../actions/use-actions.ts';
import type { Course } from '../gallery/culling/course.ts';
import { courseOn } from '../gallery/culling/course-on.ts';
import { SelectionBar } from '../picks/selection-bar.tsx';
import { OverPart } from '../ui/part.tsx';
import { Failure } from '../ui/states.tsx';
import type { Band } from './band.ts';
import type { Collection } from './collection-types.ts';
import { createCursor } from './cursor.ts';
import { focusGrid, setGridFocus } from './focus-grid.ts';
import style from './grid.module.css';
import { NewPictures } from './new-pictures.tsx';
import type { PictureGridProps } from './picture-grid.tsx';
import { Scrubber } from './scrubber.tsx';
import { sizesFor } from './sizes.ts';
import { Stage } from './stage.tsx';
import { Tools } from './tools.tsx';
import { useKeys } from './use-keys.ts';
import { usePointer } from './use-pointer.ts';
import { useRange } from './use-range.ts';
import { useScrollPlace } from './use-scroll-place.ts';
import { createViewport } from './viewport.ts';

const Culling = lazy(() => import('../gallery/culling/culling.tsx'));

interface GridProps extends Omit<PictureGridProps, 'empty'> {
  readonly list: Collection;
}

/** A list that has pictures, and everything that can be done with them. */
export function Grid({ list, label, onOpen, note, actions: allowed, family, children }: GridProps) {
  const viewport = useMemo(() => createViewport({ list, sizesFor }), [list]);
  const cursor = useMemo(() => createCursor(list), [list]);
  const spacer = useRef<HTMLDivElement>(null);
  const listbox = useRef<HTMLDivElement>(null);
  const [band, setBand] = useState<Band | undefined>(undefined);
  const [course, setCourse] = useState<Course | undefined>(undefined);

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
  const cull = () => setCourse(courseOn(list, cursor.index));
  const keys = useKeys({ ...parts, actions, allowed, cull });
  const pointer = usePointer({ ...parts, listbox, setBand });
  const onCulled = (id: string | undefined) => {
    setCourse(undefined);
    focusGrid(id);
  };

  return (
    <>
      <SelectionBar list={list} actions={actions} allowed={allowed} onCull={cull} />
      {children}
      <Tools list={list} allowed={allowed} onCull={cull} />
      {list.loadError === undefined ? null : <Failure error={list.loadError} onRetry={list.retry} />}
      {course === undefined ? null : (
        <OverPart onBroken={() => setCourse(undefined)}>
          <Culling course={course} actions={actions} onClose={onCulled} />
        </OverPart>
      )}
      <NewPictures list={list} viewport={viewport} />
      <Scrubber viewport={viewport} />
      <div ref={spacer} className={style.spacer}>
        <Stage
          {...{ list, viewport, cursor, range, label, note, band, listbox }}
          handlers={{ ...keys, ...pointer }}
        />
      </div>
    </>
  );
}
