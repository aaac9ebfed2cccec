import type { Entry } from '../catalog/catalog.ts';
import { originalKey, thumbKey } from '../domain/key.ts';

/** What stands in front of an item's `meta`: `{"id":…,"url":…,"thumb_url":…,"created_at":…,"meta":`. */
export interface ItemHeads {
  /** Bytes. */
  lengthOf(entry: Entry): number;
  /** Writes it at `at`; the position behind it. */
  put(entry: Entry, target: Uint8Array, at: number): number;
}

/** The head of one entry; others like it differ in the id and in the time of the day, which have their places. */
interface Template {
  /** Not the entry itself, which holds on to its bytes. */
  readonly of: Pick<Entry, 'owner' | 'kind' | 'day' | 'ext' | 'thumb' | 'thumbV'>;
  /** Days since the epoch. */
  readonly date: number;
  readonly idLength: number;
  readonly bytes: Uint8Array;
  readonly idPlaces: readonly [number, number, number];
  /** Where `HH:MM:SS.mmmZ` begins. */
  readonly timePlace: number;
}

const DAY_MS = 86_400_000;
const TIME_LENGTH = 'HH:MM:SS.mmmZ'.length;
/** Originals of some types, on both sides of midnight. */
const MOST_TEMPLATES = 8;
const ZERO = 48;

/**
 * Pictures of one day lie in one folder, so their heads are copies of one another: made once as bytes, then copied
 * and filled in. ASCII by construction: ids, owners, keys and the base path are.
 * @param basePath PUBLIC_URL's path, in front of every URL.
 */
export function createItemHeads(basePath: string): ItemHeads {
  const templates: Template[] = [];
  let next = 0;
  let last: Template | undefined;
  const templateOf = (entry: Entry): Template => {
    const date = Math.floor(entry.createdAt / DAY_MS);
    if (last !== undefined && fits(last, entry, date)) return last;
    last = templates.find((template) => fits(template, entry, date));
    if (last !== undefined) return last;
    last = makeTemplate(entry, date, basePath);
    templates[next] = last;
    next = (next + 1) % MOST_TEMPLATES;
    return last;
  };
  return {
    lengthOf: (entry) => templateOf(entry).bytes.length,
    put(entry, target, at) {
      const { date, bytes, idPlaces, timePlace } = templateOf(entry);
      target.set(bytes, at);
      putId(target, at, idPlaces, entry.id);
      putTime(target, at + timePlace, entry.createdAt - date * DAY_MS);
      return at + bytes.length;
    },
  };
}

function fits({ of, date, idLength }: Template, entry: Entry, dateOfEntry: number): boolean {
  return (
    date === dateOfEntry &&
    of.day === entry.day &&
    of.owner === entry.owner &&
    of.kind === entry.kind &&
    of.ext === entry.ext &&
    of.thumb === entry.thumb &&
    of.thumbV === entry.thumbV &&
    idLength === entry.id.length
  );
}

/** `thumb_url` is there even while no thumbnail is: it is made when it is asked for. */
function makeTemplate(entry: Entry, date: number, basePath: string): Template {
  const { id, owner, kind, day, ext, thumb: thumbExt, thumbV } = entry;
  const url = `${basePath}/outputs/${originalKey(entry, ext)}`;
  const thumb = `${basePath}/outputs/${thumbKey(entry, thumbExt ?? 'webp')}?v=${thumbV}`;
  const createdAt = new Date(entry.createdAt).toISOString();
  const first = '{"id":"';
  const second = `${first}${id}","url":"${url}`;
  const third = `${second}","thumb_url":"${thumb}`;
  const front = `${third}","created_at":"${createdAt}`;
  return {
    of: { owner, kind, day, ext, thumb: thumbExt, thumbV },
    date,
    idLength: id.length,
    bytes: Buffer.from(`${front}","meta":`, 'latin1'),
    idPlaces: [first.length, second.lastIndexOf(id), third.lastIndexOf(id)],
    timePlace: front.length - TIME_LENGTH,
  };
}

function putId(target: Uint8Array, at: number, [a, b, c]: Template['idPlaces'], id: string): void {
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i);
    target[at + a + i] = code;
    target[at + b + i] = code;
    target[at + c + i] = code;
  }
}

/** @param time ms since midnight */
function putTime(target: Uint8Array, at: number, time: number): void {
  const seconds = Math.floor(time / 1000);
  const minutes = Math.floor(seconds / 60);
  putTwo(target, at, Math.floor(minutes / 60));
  putTwo(target, at + 3, minutes % 60);
  putTwo(target, at + 6, seconds % 60);
  const ms = time % 1000;
  target[at + 9] = ZERO + Math.floor(ms / 100);
  putTwo(target, at + 10, ms % 100);
}

function putTwo(target: Uint8Array, at: number, value: number): void {
  target[at] = ZERO + Math.floor(value / 10);
  target[at + 1] = ZERO + (value % 10);
}
