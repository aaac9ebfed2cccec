import { describe, expect, it } from 'vitest';
import { createKeptAnswers, type KeptAnswer, versionTag } from '../../../src/http/kept.ts';

const V1 = { epoch: '5d0c1d2a9b3e4f60', seq: 7 };

function answer(bytes: number, version = V1): KeptAnswer {
  return { version, etag: versionTag(version, 'abc'), body: Buffer.alloc(bytes) };
}

describe('kept answers', () => {
  it('are given back for the version that they are of, and for no other', () => {
    const kept = createKeptAnswers(10_000);
    const one = answer(100);
    kept.set('a', one);
    expect(kept.get('a', { ...V1 })).toBe(one);
    expect(kept.get('a', { ...V1, seq: 8 })).toBeUndefined();
    expect(kept.get('a', { ...V1, epoch: 'another' })).toBeUndefined();
    expect(kept.get('b', V1)).toBeUndefined();
  });

  it('are no more than may be kept: the ones that were not asked for longest go', () => {
    const kept = createKeptAnswers(3_000);
    for (const key of ['a', 'b']) kept.set(key, answer(1_000));
    expect(kept.get('a', V1)).toBeDefined();
    kept.set('c', answer(1_000));
    expect(['a', 'b', 'c'].map((key) => kept.get(key, V1) !== undefined)).toEqual([true, false, true]);
  });

  // found by an hour of load: 4 MiB of answers held 50 MiB of slabs
  it('keep no more memory than they count', () => {
    const kept = createKeptAnswers(10_000);
    const body = Buffer.from('{"items":[]}');
    expect(body.buffer.byteLength).toBeGreaterThan(body.length);
    kept.set('a', { ...answer(1), body });
    const { body: held } = kept.get('a', V1) ?? answer(0);
    expect(held).toEqual(body);
    expect(held.buffer.byteLength).toBe(body.length);
  });

  it('are none where nothing may be kept, or under a key without an end', () => {
    const none = createKeptAnswers(0);
    none.set('a', answer(0));
    expect(none.get('a', V1)).toBeUndefined();
    const kept = createKeptAnswers(10_000);
    kept.set('k'.repeat(601), answer(1));
    expect(kept.get('k'.repeat(601), V1)).toBeUndefined();
  });
});
