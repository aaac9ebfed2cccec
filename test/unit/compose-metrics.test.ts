import { expect, it } from 'vitest';
import { createMetrics, type MetricsDeps } from '../../src/compose-metrics.ts';
import { createEventBus } from '../../src/events/bus.ts';
import { createIoMeter } from '../../src/services/maintenance/io-meter.ts';
import { createMemoryStorage } from '../../src/storage/memory-storage.ts';

it('tells everything else while the volume does not answer', async () => {
  const storage = createMemoryStorage();
  let away = false;
  const deps: MetricsDeps = {
    storage: {
      ...storage,
      async space() {
        if (away) throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
        return storage.space();
      },
    },
    decoder: { stats: () => ({ running: 1, queued: 2, pids: [], failures: 0 }) },
    events: createEventBus(),
    io: createIoMeter(),
    reconcile: { counts: () => new Map([['unclaimed', 3]]) },
    stats: () => ({ owners: 4, pictures: 5, indexBytes: 6, searchBytes: 7 }),
  };
  const metrics = createMetrics(deps);
  const value = async (name: string) =>
    new RegExp(`^kiroku_${name} (.*)$`, 'm').exec(await metrics.metrics())?.[1];

  expect(await value('disk_free_bytes')).toBe(String((await storage.space()).freeBytes));
  away = true;
  expect(await value('disk_free_bytes')).toBeUndefined();
  expect(await value('decoder_queue')).toBe('2');
  expect(await value('index_pictures')).toBe('5');
  away = false;
  expect(await value('disk_free_bytes')).toBe(String((await storage.space()).freeBytes));
});
