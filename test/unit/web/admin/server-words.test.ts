import { describe, expect, it } from 'vitest';
import { createHealth, type HealthDeps } from '../../../../src/services/health.ts';
import { sentenceOf } from '../../../../web/src/admin/server-words.ts';
import { formatBytes } from '../../../../web/src/i18n/format.ts';

const MIB = 1024 * 1024;
const NOW = Date.parse('2026-11-21T12:00:00Z');

const WELL: HealthDeps = {
  phase: () => 'serving',
  present: async () => true,
  space: async () => ({ freeBytes: 1000 * MIB, totalBytes: 2000 * MIB }),
  minFreeBytes: 500 * MIB,
  reserveBytes: 100 * MIB,
  publishBy: 'link',
  writesFail: () => false,
  decoder: () => ({ queued: 0, failures: 0 }),
  watcher: () => ({ mode: 'watching', watched: 3 }),
  lastReconcile: () => NOW - 60_000,
  now: () => NOW,
};

const STATES: readonly Partial<HealthDeps>[] = [
  {},
  { present: async () => false },
  { publishBy: 'copy' },
  { space: async () => ({ freeBytes: 99 * MIB, totalBytes: 1 }) },
  { space: () => Promise.reject(new Error('EIO')) },
  { writesFail: () => true },
  { decoder: () => ({ queued: 60, failures: 0 }) },
  { watcher: () => ({ mode: 'polling', watched: 2 }) },
  { lastReconcile: () => undefined },
];

describe('what the server says of its parts', () => {
  it.each(STATES)('is said in every language, all of it: %o', async (over) => {
    const { components } = await createHealth({ ...WELL, ...over }).check();
    const said = Object.values(components).flatMap(({ detail }) => detail ?? []);
    expect(said.length).toBeGreaterThan(1);
    expect(said.filter((detail) => sentenceOf(detail) === undefined)).toEqual([]);
  });

  it('keeps its numbers, as people read them', () => {
    expect(sentenceOf('1000 MiB free')).toEqual({
      key: 'free',
      values: { bytes: formatBytes(1000 * MIB) },
    });
    expect(sentenceOf('watching: 1 folders')?.values).toEqual({ count: 1 });
    expect(sentenceOf('purge-trash removes it at its first run after 2026-12-21T08:30:00.000Z')?.key).toBe(
      'firstRun',
    );
  });

  it('is left as it is where we do not know it', () => {
    expect(sentenceOf('EMFILE: too many watches')).toBeUndefined();
    expect(sentenceOf('about 3 MiB free')).toBeUndefined();
  });
});
