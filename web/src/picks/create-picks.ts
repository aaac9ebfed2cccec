import type { Picture } from '../actions/actions.ts';
import type { Picks } from './picks.ts';

/** @param dayOf the day of a moment, as the list has its days */
export function createPicks(dayOf: (time: string) => string): Picks {
  const picked = new Map<string, { readonly picture: Picture; readonly date: string }>();
  const days = new Map<string, number>();
  const listeners = new Set<() => void>();
  let version = 0;
  let isOn = false;
  let expected: number | undefined;
  const tell = () => {
    version += 1;
    for (const listener of listeners) listener();
  };
  const put = (picture: Picture, on: boolean): boolean => {
    if (picked.has(picture.id) === on) return false;
    const date = picked.get(picture.id)?.date ?? dayOf(picture.created_at);
    days.set(date, (days.get(date) ?? 0) + (on ? 1 : -1));
    if (on) picked.set(picture.id, { picture: light(picture), date });
    else picked.delete(picture.id);
    return true;
  };
  const forget = () => {
    expected = undefined;
    picked.clear();
    days.clear();
  };
  return {
    get count() {
      return picked.size;
    },
    get isOn() {
      return isOn || picked.size > 0;
    },
    turn(on) {
      isOn = on;
      if (!on) forget();
      tell();
    },
    get version() {
      return version;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    has: (id) => picked.has(id),
    countOf: (date) => days.get(date) ?? 0,
    all: () => [...picked.values()].map(({ picture }) => picture),
    set(pictures, on) {
      let isChanged = false;
      for (const picture of pictures) isChanged = put(picture, on) || isChanged;
      if (isChanged) tell();
    },
    toggle(picture) {
      put(picture, !picked.has(picture.id));
      tell();
    },
    patch(ids, change) {
      let isChanged = false;
      for (const id of ids) {
        const found = picked.get(id);
        if (found === undefined) continue;
        isChanged = true;
        picked.set(id, { ...found, picture: change(found.picture) });
      }
      if (isChanged) tell();
    },
    drop(ids) {
      const gone = [...ids].flatMap((id) => picked.get(id)?.picture ?? []);
      for (const picture of gone) put(picture, false);
      if (gone.length > 0) tell();
    },
    get expected() {
      return expected;
    },
    expect(count) {
      if (expected === count) return;
      expected = count;
      tell();
    },
    clear() {
      if (picked.size === 0 && !isOn && expected === undefined) return;
      isOn = false;
      forget();
      tell();
    },
  };
}

/** Without the recipe: many thousand may be picked. */
function light({ id, created_at, meta: { favorite, rating, tags } }: Picture): Picture {
  return { id, created_at, meta: { favorite, rating, tags } };
}
