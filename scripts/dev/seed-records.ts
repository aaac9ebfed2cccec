import { monotonicFactory } from 'ulid';
import { isPictureId } from '../../src/domain/id.ts';
import { isOwner, type Owner } from '../../src/domain/owner.ts';
import { type PictureRecord, RECORD_VERSION } from '../../src/domain/record.ts';
import type { SeedPicture } from './seed-pictures.ts';
import { descriptions, drawTags, pick, type Random } from './seed-words.ts';

const DAY_MS = 86_400_000;

export interface History {
  readonly owner: Owner;
  readonly count: number;
  /** Spread over this many days, the last ending at `until` (ms). */
  readonly days: number;
  readonly until: number;
}

/** A browser's owner for two in three, a member for the rest; the same number gives the same name. */
export function ownerName(index: number, random: Random): Owner {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  const name = index % 3 === 2 ? `member-${String(index).padStart(4, '0')}` : `anon-${hex}`;
  if (!isOwner(name)) throw new RangeError(`${name} is no owner`);
  return name;
}

/** One owner's records, oldest first, with the picture each belongs to. */
export function* recordsOf(
  history: History,
  pictures: readonly SeedPicture[],
  random: Random,
): Generator<{ readonly record: PictureRecord; readonly picture: SeedPicture; readonly time: number }> {
  const nextId = monotonicFactory(random);
  const describe = descriptions(random);
  let former: PictureRecord | undefined;
  for (const time of timesOf(history, random)) {
    const id = nextId(time).toLowerCase();
    if (!isPictureId(id)) throw new RangeError(`${id} is no id`);
    const picture = pick(random, pictures);
    const made = new Date(time).toISOString();
    const trashed = random() < 0.03;
    const record: PictureRecord = {
      v: RECORD_VERSION,
      rev: trashed ? 2 : 1,
      id,
      owner: history.owner,
      kind: 'generated',
      status: trashed ? 'trash' : 'active',
      created_at: made,
      updated_at: made,
      trashed_at: trashed ? made : null,
      original_filename: `ComfyUI_${String(Math.floor(random() * 99999)).padStart(5, '0')}_.png`,
      mime: 'image/png',
      bytes: picture.png.length,
      sha256: picture.sha256,
      crc32: picture.crc32,
      width: picture.width,
      height: picture.height,
      thumbhash: picture.thumbhash,
      thumb: `thumb/${id}.webp`,
      thumb_bytes: picture.webp.length,
      thumb_v: 1,
      thumb_crc32: picture.thumbCrc32,
      tags: drawTags(random),
      favorite: random() < 0.08,
      rating: random() < 0.15 ? 1 + Math.floor(random() * 5) : null,
      source: 'api',
      ...describe(),
      // one in thirty is made from the one before it
      ...(former !== undefined && random() < 0.03
        ? { parents: [{ kind: 'generated' as const, id: former.id, role: 'init' }] }
        : {}),
      extra: {},
    };
    former = record;
    yield { record, picture, time };
  }
}

/** People make pictures in bursts: a few sessions a day, seconds to minutes apart. Rising, no two the same. */
function timesOf({ count, days, until }: History, random: Random): number[] {
  const times = new Set<number>();
  while (times.size < count) {
    const start = until - Math.floor(random() * days * DAY_MS) - 1;
    let time = start;
    for (let burst = 1 + Math.floor(random() * 12); burst > 0 && times.size < count; burst -= 1) {
      times.add(time);
      time = Math.min(time + 4_000 + Math.floor(random() * 90_000), until - 1);
    }
  }
  return [...times].sort((a, b) => a - b);
}
