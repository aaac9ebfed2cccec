import { type Engine, openEngine } from '../../../src/compose-engine.ts';
import { loadConfig } from '../../../src/config.ts';
import { silentLog } from '../../../src/domain/log.ts';
import type { DecodedImage, Decoder } from '../../../src/media/decoder.ts';
import { createInlineDecoder } from '../../../src/media/inline-decoder.ts';
import { sniffMime } from '../../../src/media/signature.ts';
import { createIdSource } from '../../../src/services/ids.ts';
import { createIngest } from '../../../src/services/ingest.ts';
import type { Ingest, Trash } from '../../../src/services/services.ts';
import { createTrash } from '../../../src/services/trash.ts';
import type { Storage } from '../../../src/storage/storage.ts';

/** The real engine and services on a given storage: everything but sockets and decoder processes. */
export interface Machine {
  readonly engine: Engine;
  readonly ingest: Ingest;
  readonly trash: Trash;
}

/** The real decode, once for each distinct picture: a crash says nothing new about decoding. */
function rememberingDecoder(): Decoder {
  const inner = createInlineDecoder({ maxPixels: 1_000_000, maxFrames: 4, thumbSize: 16 });
  const seen = new Map<string, Promise<DecodedImage>>();
  return {
    decode(source) {
      if (!('bytes' in source)) return inner.decode(source);
      const key = Buffer.from(source.bytes).toString('base64');
      const known = seen.get(key) ?? inner.decode(source);
      seen.set(key, known);
      return known;
    },
    close: () => inner.close(),
  };
}

const decoder = rememberingDecoder();

export async function startMachine(
  storage: Storage,
  random: (bytes: number) => Uint8Array,
): Promise<Machine> {
  const loaded = loadConfig({ DISK_RESERVE_MB: '0', RECENT_SIZE: '4' });
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  // a snapshot of the index after every change
  const snapshots = { leastRows: 1, leastTail: 0, leastTailAtEnd: 0 };
  const engine = await openEngine(loaded.config, { log: silentLog, storage, snapshots });
  const { blobs, catalog } = engine;
  const now = () => storage.now();
  const ids = createIdSource(random);
  const admit = async () => {};
  return {
    engine,
    ingest: createIngest({
      blobs,
      catalog,
      decoder,
      log: silentLog,
      now,
      sniff: sniffMime,
      ids,
      resolveOwner: (owner) => engine.moved.resolve(owner),
      admit,
    }),
    trash: createTrash({ catalog, now }),
  };
}
