import { describe, expect, it } from 'vitest';
import { volumeMissing } from '../../../src/domain/errors.ts';
import { createMoved } from '../../../src/services/moved.ts';
import { createMemoryStateStore } from '../../../src/state/memory-state-store.ts';
import { ANNA, BERT, NOON, owner } from '../../support/services.ts';

const GUEST = owner(`anon-${'0'.repeat(32)}`);
const CARL = owner('carl');
const now = () => NOON;

function rig() {
  const state = createMemoryStateStore();
  let reads = 0;
  const counted = {
    ...state,
    readOwner: (name: typeof ANNA) => {
      reads += 1;
      return state.readOwner(name);
    },
  };
  return { state, moved: createMoved({ state: counted, now }), reads: () => reads };
}

describe('moved', () => {
  it('says of nearly everybody: itself, and asks the disk once', async () => {
    const { moved, reads } = rig();
    expect(moved.peek(ANNA)).toBeUndefined();
    expect(await moved.resolve(ANNA)).toBe(ANNA);
    expect(await moved.resolve(ANNA)).toBe(ANNA);
    expect(moved.peek(ANNA)).toBe(ANNA);
    expect(reads()).toBe(1);
  });

  it('is durable, keeps what else the document says, and tells of it', async () => {
    const { state, moved } = rig();
    await state.updateOwner(GUEST, () => ({ quota: 7 }));
    const told: string[] = [];
    moved.onMoved((from) => told.push(from));
    expect(await moved.resolve(GUEST)).toBe(GUEST);
    expect(await moved.mark(GUEST, ANNA)).toBe(ANNA);
    expect(moved.peek(GUEST)).toBe(ANNA);
    expect(told).toEqual([GUEST]);
    expect(await state.readOwner(GUEST)).toEqual({ quota: 7, moved_to: ANNA });
    expect(await createMoved({ state, now }).resolve(GUEST)).toBe(ANNA);
  });

  it('follows a chain to its end, whichever link was made first', async () => {
    const { moved } = rig();
    await moved.mark(GUEST, ANNA);
    expect(await moved.resolve(GUEST)).toBe(ANNA);
    await moved.mark(ANNA, BERT);
    expect(await moved.resolve(GUEST)).toBe(BERT);
    expect(await moved.mark(CARL, ANNA)).toBe(BERT);
    expect(await moved.resolve(CARL)).toBe(BERT);
  });

  it('changes nothing when it is asked again, and refuses itself, circles and another place', async () => {
    const { moved } = rig();
    const refused = { code: 'invalid_parameter', details: { field: 'to' } };
    await expect(moved.mark(ANNA, ANNA)).rejects.toMatchObject(refused);
    await moved.mark(GUEST, ANNA);
    expect(await moved.mark(GUEST, ANNA)).toBe(ANNA);
    await expect(moved.mark(ANNA, GUEST)).rejects.toMatchObject(refused);
    await expect(moved.mark(GUEST, CARL)).rejects.toMatchObject(refused);
    expect(await moved.resolve(ANNA)).toBe(ANNA);
  });

  it('of two marks against each other at once exactly one holds', async () => {
    const { moved } = rig();
    const ends = await Promise.allSettled([moved.mark(ANNA, BERT), moved.mark(BERT, ANNA)]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await moved.resolve(BERT)).toBe(BERT);
  });

  it('knows who came to an owner, along every chain, the last ones first', async () => {
    const state = createMemoryStateStore();
    const clock = { now: NOON };
    const moved = createMoved({ state, now: () => clock.now });
    expect(await moved.formerNames(CARL)).toEqual([]);
    await moved.mark(GUEST, ANNA);
    clock.now += 1000;
    await moved.mark(BERT, CARL);
    clock.now += 1000;
    await moved.mark(ANNA, CARL);
    expect(await moved.formerNames(CARL)).toEqual([ANNA, BERT, GUEST]);
    expect(await moved.formerNames(CARL, NOON + 1000)).toEqual([ANNA, BERT]);
    expect(await moved.formerNames(ANNA)).toEqual([]);
    await moved.mark(ANNA, CARL);
    expect(await moved.formerNames(CARL)).toEqual([ANNA, BERT, GUEST]);
  });

  it('takes nobody for one who came before the mark says so, and no list that is none', async () => {
    const { state, moved } = rig();
    const dave = { owner: 'dave', at: NOON };
    await state.updateOwner(ANNA, () => ({
      moved_from: [dave, 7, { owner: 'Dave', at: 1 }, { owner: BERT }],
    }));
    expect(await moved.formerNames(ANNA)).toEqual([]);
    await state.updateOwner(BERT, () => ({ moved_from: 'anna' }));
    expect(await moved.formerNames(BERT)).toEqual([]);
    await moved.mark(GUEST, ANNA);
    expect(await moved.formerNames(ANNA)).toEqual([GUEST]);
  });

  it('never keeps what was read before a mark', async () => {
    const { state } = rig();
    let release = () => {};
    let slow = true;
    const moved = createMoved({
      now,
      state: {
        ...state,
        async readOwner(name) {
          const read = await state.readOwner(name);
          if (name !== GUEST || !slow) return read;
          slow = false;
          await new Promise<void>((resolve) => {
            release = resolve;
          });
          return read;
        },
      },
    });
    const early = moved.resolve(GUEST);
    await new Promise((resolve) => setImmediate(resolve));
    await moved.mark(GUEST, ANNA);
    release();
    expect(await early).toBe(ANNA);
    expect(moved.peek(GUEST)).toBe(ANNA);
  });

  it('keeps nothing of a look that failed', async () => {
    const { state } = rig();
    await createMoved({ state, now }).mark(GUEST, ANNA);
    let isAway = true;
    const readOwner = async (name: typeof ANNA) => {
      if (isAway) throw volumeMissing();
      return state.readOwner(name);
    };
    const moved = createMoved({ state: { ...state, readOwner }, now });
    await expect(moved.resolve(GUEST)).rejects.toMatchObject({ code: 'volume_missing' });
    expect(moved.peek(GUEST)).toBeUndefined();
    isAway = false;
    expect(await moved.resolve(GUEST)).toBe(ANNA);
  });

  it.each([[{ moved_to: 7 }], [{ moved_to: '../x' }], [{ moved_to: GUEST }]])(
    'does not guess from %j',
    async (document) => {
      const { state, moved } = rig();
      await state.updateOwner(GUEST, () => document);
      await expect(moved.resolve(GUEST)).rejects.toMatchObject({ code: 'tree_unreadable' });
      expect(moved.peek(GUEST)).toBeUndefined();
    },
  );
});
