import type { Entry } from '../../catalog/catalog.ts';
import { MAX_SIDECAR_BYTES } from '../../catalog/sidecar.ts';
import type { PictureId } from '../../domain/id.ts';
import { publicJsonOf } from '../../domain/record-codec.ts';
import { bulkOf } from '../../storage/bulk-single.ts';
import type { LookContext } from './reconcile-types.ts';

/** Pictures compared at once. */
const AT_ONCE = 400;

/** Compares many pictures of one folder with the catalog at little cost. */
export interface Verifier {
  /** Its original lies in the folder, alone, and so does its sidecar. */
  add(entry: Entry): Promise<void>;
  /**
   * Those whose sidecar holds the very bytes of the catalog's record (but for private members), and whose original has
   * the recorded length: nothing is to be done about them. Any other is looked at on its own.
   */
  finish(): Promise<ReadonlySet<PictureId>>;
}

/** @param folder path of the day folder. What cannot be read is not fine; nothing is thrown. */
export function createVerifier(context: LookContext, folder: string): Verifier {
  const fine = new Set<PictureId>();
  let waiting: Entry[] = [];

  async function compare(): Promise<void> {
    const entries = waiting;
    waiting = [];
    try {
      await compareAll(context, folder, entries, fine);
    } catch (error) {
      context.log.debug({ err: error, folder }, 'sidecars are read one by one');
    }
  }

  return {
    async add(entry) {
      waiting.push(entry);
      if (waiting.length >= AT_ONCE) await compare();
    },
    async finish() {
      if (waiting.length > 0) await compare();
      return fine;
    },
  };
}

/** Takes every picture whose files are there for fine. */
export function createNamesVerifier(): Verifier {
  const fine = new Set<PictureId>();
  return {
    async add({ id }) {
      fine.add(id);
    },
    finish: async () => fine,
  };
}

async function compareAll(
  context: LookContext,
  folder: string,
  entries: readonly Entry[],
  fine: Set<PictureId>,
): Promise<void> {
  const bulk = bulkOf(context.storage);
  const originals = entries.map(({ id, ext }) => `${id}.${ext}`);
  const names = entries.map(({ id }) => `${id}.json`);
  const sizes = await bulk.fileSizes(folder, originals);
  for (let from = 0; from < names.length; ) {
    const files = await bulk.readFiles(folder, from === 0 ? names : names.slice(from), MAX_SIDECAR_BYTES);
    for (let i = 0; i < files.count; i += 1) {
      const entry = entries[from + i];
      if (entry === undefined || files.state(i) !== 'read') continue;
      const asWritten = publicJsonOf(files.content(i)).equals(entry.publicJson);
      if (asWritten && sizes[from + i] === bytesOf(entry)) fine.add(entry.id);
    }
    from += files.count;
  }
}

const BYTES = Buffer.from(',"bytes":');

/**
 * The record's `bytes` without parsing it. A member's name cannot occur inside a text, where its quotes are escaped, and
 * no member before this one holds a structure (`record-members.ts`).
 */
function bytesOf(entry: Entry): number {
  const { publicJson } = entry;
  const json = Buffer.from(publicJson.buffer, publicJson.byteOffset, publicJson.byteLength);
  const at = json.indexOf(BYTES);
  const found = /^\d+/.exec(json.toString('latin1', at + BYTES.length, at + BYTES.length + 16));
  return at < 0 || found === null ? entry.record().bytes : Number(found[0]);
}
