import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { ManifestStats } from './catalog/manifest/manifest-catalog.ts';
import type { EventBus } from './events/bus.ts';
import type { ProcessDecoder } from './media/process-decoder.ts';
import type { IoMeter } from './services/maintenance/io-meter.ts';
import type { Reconcile } from './services/maintenance/reconcile-types.ts';
import type { Storage } from './storage/storage.ts';

export interface MetricsDeps {
  readonly storage: Pick<Storage, 'space'>;
  readonly decoder: Pick<ProcessDecoder, 'stats'>;
  readonly events: EventBus;
  readonly io: IoMeter;
  readonly reconcile: Pick<Reconcile, 'counts'>;
  readonly stats: () => ManifestStats;
}

/** What the parts below the wire add up to; labels are names of ours only, never an id or an owner. */
export function createMetrics(deps: MetricsDeps): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'kiroku_' });
  const gauge = (name: string, help: string, read: () => number | Promise<number>): void => {
    new Gauge({
      name: `kiroku_${name}`,
      help,
      registers: [registry],
      async collect() {
        try {
          this.set(await read());
        } catch {
          // not known now (a volume that is away): left out, so that all the others are told all the same
          this.remove();
        }
      },
    });
  };
  gauge('disk_free_bytes', 'Free space on the volume.', async () => (await deps.storage.space()).freeBytes);
  gauge('decoder_queue', 'Pictures waiting for a decoder.', () => deps.decoder.stats().queued);
  gauge('decoder_running', 'Pictures being decoded.', () => deps.decoder.stats().running);
  gauge(
    'decoder_failures',
    'Decoders that died over a picture, since the start.',
    () => deps.decoder.stats().failures,
  );
  gauge('event_listeners', 'Open event streams and the like.', () => deps.events.listeners);
  gauge('io_failures', 'Durable writes that the storage failed, since the start.', () => deps.io.failures);
  gauge('index_owners', 'Owners whose index is in memory.', () => deps.stats().owners);
  gauge('index_pictures', 'Pictures in those indexes.', () => deps.stats().pictures);
  gauge('index_bytes', 'Bytes of those indexes.', () => deps.stats().indexBytes);
  new Gauge({
    name: 'kiroku_reconcile_findings',
    help: 'What reconcile found, by name, since the start.',
    labelNames: ['finding'],
    registers: [registry],
    collect() {
      for (const [finding, count] of deps.reconcile.counts()) this.set({ finding }, count);
    },
  });
  return registry;
}
