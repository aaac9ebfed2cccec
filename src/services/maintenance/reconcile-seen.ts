import { crc32 } from 'node:zlib';
import type { Version } from '../../catalog/catalog.ts';
import { isJsonObject, type JsonValue } from '../../domain/json.ts';
import type { Owner } from '../../domain/owner.ts';
import { ensureFolder, readWhole, replaceFile } from '../../storage/durable.ts';
import type { LookContext } from './reconcile-types.ts';

/**
 * What an earlier pass over an owner's folders left behind, so that the next one need not open what did not change:
 * `.kiroku/index/{owner}.days`. Disposable: without it, or with a damaged one, everything is looked at.
 */
export interface SeenDays {
  /** The catalog's version before that pass; undefined without one. */
  readonly version: Version | undefined;
  /** The owner has pictures that lie in another day's folder than their time says. */
  readonly strays: boolean;
  /**
   * By kind and day (`generated/2026/01/02`) what was in it when disk and catalog agreed: 16 hex of the names, then 16 of the files
   * too if those were compared (`FolderDigest`). Empty when they did not agree: it is looked at again.
   */
  readonly days: ReadonlyMap<string, string>;
}

export const NOTHING_SEEN: SeenDays = { version: undefined, strays: false, days: new Map() };

const FOLDER = '.kiroku/index';
const FORMAT = 1;
const DIGEST = /^(?:|[0-9a-f]{16}|[0-9a-f]{32})$/;

function pathOf(owner: Owner): string {
  return `${FOLDER}/${owner}.days`;
}

/** Never throws: what cannot be read was never seen. */
export async function loadSeen(context: LookContext, owner: Owner): Promise<SeenDays> {
  try {
    const bytes = await readWhole(context.storage, pathOf(owner));
    return (bytes === undefined ? undefined : decode(bytes, owner)) ?? NOTHING_SEEN;
  } catch (error) {
    context.log.warn({ owner, err: error }, 'what was seen of the day folders cannot be read');
    return NOTHING_SEEN;
  }
}

/** Never throws: what is not kept is looked at again. */
export async function saveSeen(context: LookContext, owner: Owner, seen: SeenDays): Promise<void> {
  const { storage, folders } = context;
  try {
    await ensureFolder(storage, folders, FOLDER);
    await replaceFile(storage, folders, pathOf(owner), `index.${owner}.days`, encode(owner, seen));
  } catch (error) {
    context.log.warn({ owner, err: error }, 'what was seen of the day folders cannot be kept');
  }
}

function encode(owner: Owner, { version, strays, days }: SeenDays): Buffer {
  const body = JSON.stringify({ v: FORMAT, owner, ...version, strays, days: Object.fromEntries(days) });
  return Buffer.from(`${checksum(body)} ${body}\n`);
}

function checksum(body: string): string {
  return crc32(body).toString(16).padStart(8, '0');
}

function decode(bytes: Buffer, owner: Owner): SeenDays | undefined {
  const text = bytes.toString('utf8').trimEnd();
  const body = text.slice(9);
  if (text.slice(0, 9) !== `${checksum(body)} `) return undefined;
  const value: unknown = JSON.parse(body);
  if (!isJsonObject(value) || value['v'] !== FORMAT || value['owner'] !== owner) return undefined;
  const { epoch, seq, strays, days } = value;
  if (typeof epoch !== 'string' || typeof seq !== 'number' || typeof strays !== 'boolean') return undefined;
  if (!isJsonObject(days)) return undefined;
  return { version: { epoch, seq }, strays, days: new Map(Object.entries(days).filter(isDigest)) };
}

function isDigest(entry: [string, JsonValue]): entry is [string, string] {
  return typeof entry[1] === 'string' && DIGEST.test(entry[1]);
}
