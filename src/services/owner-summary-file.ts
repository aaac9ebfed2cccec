import { isErrno } from '../domain/errors.ts';
import { isJsonObject, type JsonValue } from '../domain/json.ts';
import { manifestKey } from '../domain/key.ts';
import { isOwner, type Owner } from '../domain/owner.ts';
import { type FolderSync, readWhole, replaceFile } from '../storage/durable.ts';
import type { Storage } from '../storage/storage.ts';
import { breathe } from './maintenance/reconcile-batch.ts';

/** What is kept of one owner. */
export interface KeptSummary {
  readonly owner: Owner;
  /** Of the manifest that was counted. */
  readonly stamp: string;
  /** As `owner-summaries.ts` lays them out. */
  readonly numbers: readonly number[];
}

/** Tells one content of a manifest from another. */
export interface Stamp {
  readonly text: string;
  /** When it was written, ms. */
  readonly mtime: number;
}

/** Where summaries outlive the process. Disposable: what is missing or odd is counted again. */
export interface SummaryStore {
  /** Undefined without a manifest. */
  stamp(owner: Owner): Promise<Stamp | undefined>;
  read(): AsyncIterable<KeptSummary>;
  write(summaries: Iterable<KeptSummary>): Promise<void>;
}

const PATH = '.kiroku/owners.jsonl';
const STAGING = 'owners.jsonl.new';
const FORMAT = 1;
/** Lines between two turns of whoever else waits. */
const LINES_A_TURN = 1_000;

/**
 * `.kiroku/owners.jsonl`: a header `{"v":1}`, then a line an owner.
 * @throws from its calls: the operating system's error
 */
export function createSummaryFile(storage: Storage, folders: FolderSync): SummaryStore {
  return {
    async stamp(owner) {
      try {
        const { size, mtime, inode } = await storage.stat(manifestKey(owner));
        return { text: `${inode}-${size}-${mtime}`, mtime };
      } catch (error) {
        if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
        throw error;
      }
    },
    async *read() {
      const lines = ((await readWhole(storage, PATH))?.toString('utf8') ?? '').split('\n');
      const header = parsed(lines[0] ?? '');
      if (!isJsonObject(header) || header['v'] !== FORMAT) return;
      for (let i = 1; i < lines.length; i++) {
        const summary = summaryOf(parsed(lines[i] ?? ''));
        if (summary !== undefined) yield summary;
        if (i % LINES_A_TURN === 0) await breathe();
      }
    },
    async write(summaries) {
      const lines = [JSON.stringify({ v: FORMAT })];
      for (const { owner, stamp, numbers } of summaries) {
        lines.push(JSON.stringify({ user_id: owner, stamp, numbers }));
        if (lines.length % LINES_A_TURN === 0) await breathe();
      }
      await replaceFile(storage, folders, PATH, STAGING, Buffer.from(`${lines.join('\n')}\n`));
    },
  };
}

function parsed(line: string): JsonValue {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function summaryOf(line: JsonValue): KeptSummary | undefined {
  if (!isJsonObject(line)) return undefined;
  const { user_id: owner, stamp, numbers } = line;
  if (typeof owner !== 'string' || !isOwner(owner) || typeof stamp !== 'string') return undefined;
  if (!Array.isArray(numbers)) return undefined;
  const known = numbers.filter((number) => typeof number === 'number' && number >= 0);
  return known.length === numbers.length ? { owner, stamp, numbers: known } : undefined;
}
