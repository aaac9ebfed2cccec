import { describe, expect, it } from 'vitest';
import { createMemoryCatalog } from '../../../src/catalog/memory-catalog.ts';
import { idOf } from '../../support/ids.ts';
import { sampleRecord } from '../../support/records.ts';

const owner = sampleRecord().owner;
const put = (n: number) => ({ op: 'put', record: sampleRecord({ id: idOf(n) }) }) as const;

describe('the memory catalog', () => {
  it('gives out the epoch it was given, else one of its own', async () => {
    const given = createMemoryCatalog({ now: () => 0, epoch: '00000000000000aa' });
    expect(await given.version(owner)).toEqual({ epoch: '00000000000000aa', seq: 0 });
    const own = [0, 1].map(() => createMemoryCatalog({ now: () => 0 }).peekVersion(owner)?.epoch);
    expect(own[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(own[0]).not.toBe(own[1]);
  });

  it('forgets changes below its floor', async () => {
    const catalog = createMemoryCatalog({ now: () => 0, floor: 2 });
    for (const n of [1, 2, 3]) await catalog.commit(owner, put(n));
    const { epoch } = await catalog.version(owner);
    expect(await catalog.changesSince(owner, { epoch, seq: 1 })).toBe('reset');
    expect(await catalog.changesSince(owner, { epoch, seq: 2 })).toHaveLength(1);
  });

  it('tells listeners one change at a time, also when one of them commits', async () => {
    const catalog = createMemoryCatalog({ now: () => 0 });
    const seen: number[] = [];
    let followUp: Promise<unknown> | undefined;
    catalog.onChange(({ version }) => {
      if (version.seq === 1) followUp = catalog.commit(owner, put(2));
    });
    catalog.onChange(({ version }) => seen.push(version.seq));
    await catalog.commit(owner, put(1));
    await followUp;
    expect(seen).toEqual([1, 2]);
  });

  it('ends what was begun when it is closed', async () => {
    const catalog = createMemoryCatalog({ now: () => 0 });
    const begun = catalog.commit(owner, put(1));
    await catalog.close();
    expect((await begun).outcome).toBe('committed');
  });
});
