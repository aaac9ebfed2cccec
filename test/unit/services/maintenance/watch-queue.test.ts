import { describe, expect, it } from 'vitest';
import { createMemoryCatalog } from '../../../../src/catalog/memory-catalog.ts';
import { isDay } from '../../../../src/domain/day.ts';
import { isPictureId } from '../../../../src/domain/id.ts';
import { silentLog } from '../../../../src/domain/log.ts';
import { isOwner } from '../../../../src/domain/owner.ts';
import type { PictureRecord } from '../../../../src/domain/record.ts';
import type {
  DayOptions,
  DayPlace,
  Reconcile,
  ReconcileReport,
} from '../../../../src/services/maintenance/reconcile-types.ts';
import { createLookQueue } from '../../../../src/services/maintenance/watch-queue.ts';
import { eventually, pause } from '../../../support/drop.ts';

const IDLE: ReconcileReport = { folders: 1, adopted: 0, corrected: 0, waiting: 0, again: undefined };

function placeOf(day = '2026/11/21'): DayPlace {
  const owner = 'alice';
  if (!isOwner(owner) || !isDay(day)) throw new Error('not a place');
  return { owner, kind: 'generated', day };
}

interface Look {
  readonly place: DayPlace;
  readonly names: readonly string[] | undefined;
}

/** Notes what it is asked to look at. */
function recorder(answer: (options: DayOptions) => ReconcileReport | Promise<ReconcileReport> = () => IDLE) {
  const looks: Look[] = [];
  let running = 0;
  let most = 0;
  const reconcile: Reconcile = {
    async day(place, options = {}) {
      running += 1;
      most = Math.max(most, running);
      looks.push({ place, names: options.names === undefined ? undefined : [...options.names].sort() });
      try {
        return await answer(options);
      } finally {
        running -= 1;
      }
    },
    recent: async () => IDLE,
    full: async () => IDLE,
    names: async () => IDLE,
    counts: () => new Map(),
  };
  return { looks, reconcile, most: () => most };
}

function queueOf(reconcile: Reconcile, now = () => Date.now()) {
  const catalog = createMemoryCatalog({ now });
  const queue = createLookQueue({ reconcile, catalog, log: silentLog, now });
  return { catalog, queue };
}

function recordOf(id: string): PictureRecord {
  const { owner } = placeOf();
  if (!isPictureId(id)) throw new Error('not an id');
  return {
    v: 1,
    rev: 1,
    id,
    owner,
    kind: 'generated',
    status: 'active',
    created_at: '2026-11-21T00:00:00.000Z',
    updated_at: '2026-11-21T00:00:00.000Z',
    trashed_at: null,
    original_filename: 'a.png',
    mime: 'image/png',
    bytes: 1,
    sha256: '0'.repeat(64),
    crc32: null,
    width: 1,
    height: 1,
    thumbhash: null,
    thumb: null,
    thumb_bytes: 0,
    thumb_v: 0,
    tags: [],
    favorite: false,
    rating: null,
    source: 'api',
    extra: {},
  };
}

describe('the queue of looks', () => {
  it('makes one look out of a burst of hints, and names what was heard of', async () => {
    const { looks, reconcile } = recorder();
    const { queue } = queueOf(reconcile);
    for (let n = 0; n < 50; n += 1) queue.hint(placeOf(), `${n % 5}.png`);
    await eventually('a look', () => looks.length > 0);
    expect(looks).toEqual([{ place: placeOf(), names: ['0.png', '1.png', '2.png', '3.png', '4.png'] }]);
    await queue.stop();
  });

  it('looks at the whole folder when too many names were heard of, or none', async () => {
    const { looks, reconcile } = recorder();
    const { queue } = queueOf(reconcile);
    for (let n = 0; n < 300; n += 1) queue.hint(placeOf(), `${n}.png`);
    queue.hint(placeOf('2026/11/20'), undefined);
    await eventually('two looks', () => looks.length === 2);
    expect(looks.map((look) => look.names)).toEqual([undefined, undefined]);
    await queue.stop();
  });

  it('does not put a look off for ever while hints keep coming', async () => {
    const { looks, reconcile } = recorder();
    const { queue } = queueOf(reconcile);
    await eventually('a look in the middle of a stream of hints', () => {
      queue.hint(placeOf(), 'busy.png');
      return looks.length > 0;
    });
    await queue.stop();
  });

  it('costs our own commits no look, and everybody else one', async () => {
    const { looks, reconcile } = recorder();
    let clock = Date.now();
    const { queue, catalog } = queueOf(reconcile, () => clock);
    const own = '01jd0000000000000000000001';
    queue.hint(placeOf(), `${own}.png`);
    await catalog.commit(placeOf().owner, { op: 'put', record: recordOf(own) });
    queue.hint(placeOf(), `${own}.json`);
    await pause(400);
    expect(looks).toEqual([]);
    clock += 1_000;
    queue.hint(placeOf(), `${own}.json`);
    await eventually('a look at the edit', () => looks.length > 0);
    expect(looks[0]?.names).toEqual([`${own}.json`]);
    await queue.stop();
  });

  it('comes back to what was left for later', async () => {
    let left = 3;
    const { looks, reconcile } = recorder(() => {
      left -= 1;
      return left > 0 ? { ...IDLE, waiting: 1, again: 10 } : IDLE;
    });
    const { queue } = queueOf(reconcile);
    queue.hint(placeOf(), 'half.png');
    await eventually('three looks', () => looks.length === 3);
    expect(looks.every((look) => look.names?.[0] === 'half.png')).toBe(true);
    await queue.stop();
  });

  it('never runs more than a few looks at once, outlives one that fails, and ends when stopped', async () => {
    const { looks, reconcile, most } = recorder(async (options) => {
      await pause(20);
      if (looks.length === 3) throw new Error('a bad folder');
      return { ...IDLE, again: options.signal?.aborted === true ? undefined : 60_000 };
    });
    const { queue } = queueOf(reconcile);
    for (let day = 10; day < 22; day += 1) queue.hint(placeOf(`2026/11/${day}`), 'a.png');
    await eventually('all looks', () => looks.length === 12);
    expect(most()).toBeLessThanOrEqual(2);
    await queue.stop();
    queue.hint(placeOf(), 'late.png');
    await pause(200);
    expect(looks).toHaveLength(12);
  });
});
