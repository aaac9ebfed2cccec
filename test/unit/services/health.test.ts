import { describe, expect, it } from 'vitest';
import { createAdmit } from '../../../src/services/admit.ts';
import { createHealth, type HealthDeps } from '../../../src/services/health.ts';
import { failureOf, NOON } from '../../support/services.ts';

const MIB = 1024 * 1024;

function check(over: Partial<HealthDeps> = {}) {
  return createHealth({
    phase: () => 'serving',
    present: async () => true,
    space: async () => ({ freeBytes: 1000 * MIB, totalBytes: 2000 * MIB }),
    minFreeBytes: 500 * MIB,
    reserveBytes: 100 * MIB,
    publishBy: 'link',
    writesFail: () => false,
    decoder: () => ({ queued: 0, failures: 0 }),
    watcher: () => ({ mode: 'watching', watched: 3 }),
    lastReconcile: () => NOON - 60_000,
    now: () => NOON,
    ...over,
  }).check();
}

const PARTS: [string, string, Partial<HealthDeps>][] = [
  ['volume', 'failing', { present: async () => false }],
  ['volume', 'degraded', { publishBy: 'copy' }],
  ['disk', 'degraded', { space: async () => ({ freeBytes: 499 * MIB, totalBytes: 1 }) }],
  ['disk', 'failing', { space: async () => ({ freeBytes: 99 * MIB, totalBytes: 1 }) }],
  ['disk', 'failing', { space: () => Promise.reject(new Error('EIO')) }],
  ['writes', 'failing', { writesFail: () => true }],
  ['decoder', 'degraded', { decoder: () => ({ queued: 60, failures: 0 }) }],
  ['watcher', 'degraded', { watcher: () => ({ mode: 'polling', watched: 0, degraded: 'no watches' }) }],
  ['reconcile', 'degraded', { lastReconcile: () => NOON - 24 * 3600 * 1000 }],
];

describe('health', () => {
  it('is well when every part is', async () => {
    const { ready, components } = await check();
    expect(ready).toBe(true);
    expect(Object.values(components).map(({ status }) => status)).toEqual(
      Array.from({ length: 6 }, () => 'ok'),
    );
  });

  it.each(PARTS)('tells of the part %s that it is %s', async (part, status, over) => {
    const { components } = await check(over);
    expect(components[part]?.status).toBe(status);
    expect(components[part]?.detail).toBeTruthy();
    const others = Object.entries(components).filter(([name]) => name !== part);
    expect(others.every(([, other]) => other.status === 'ok')).toBe(true);
  });

  it('is ready only while it serves, with its volume', async () => {
    expect((await check({ phase: () => 'starting' })).ready).toBe(false);
    expect((await check({ phase: () => 'draining' })).ready).toBe(false);
    expect((await check({ present: async () => false })).ready).toBe(false);
    expect((await check({ writesFail: () => true })).ready).toBe(true);
  });
});

describe('taking in', () => {
  const good = {
    present: async () => true,
    space: async () => ({ freeBytes: 100, totalBytes: 1000 }),
    reserveBytes: 100,
    draining: () => false,
  };

  it('goes on down to the reserve', async () => {
    await expect(createAdmit(good)()).resolves.toBeUndefined();
    expect(await failureOf(createAdmit({ ...good, reserveBytes: 101 })())).toMatchObject({
      code: 'disk_full',
    });
  });

  it('stops without a volume and while draining', async () => {
    const away = createAdmit({ ...good, present: async () => false });
    expect(await failureOf(away())).toMatchObject({ code: 'volume_missing', details: { retryAfter: 30 } });
    expect(await failureOf(createAdmit({ ...good, draining: () => true })())).toMatchObject({
      code: 'draining',
    });
  });
});
