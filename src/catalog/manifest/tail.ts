import type { PictureId } from '../../domain/id.ts';
import { manifestKey, ownerFolder } from '../../domain/key.ts';
import { KINDS, type Kind, STATUSES } from '../../domain/kind.ts';
import type { Owner } from '../../domain/owner.ts';
import { compareCursor } from '../../domain/page.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Entry, ListPage, ListQuery } from '../catalog.ts';
import { cursorOf } from '../entry.ts';
import { folderState } from '../own-folder.ts';
import { decodeHeader, HEADER_LENGTH, type Header } from './header.ts';
import { type LogFile, ManifestChangedError, readExact } from './log-file.ts';
import { readEntries } from './read-lines.ts';
import type { ManifestContext, OwnerStore } from './store.ts';
import { BaseTail, readLog, type TailRow } from './tail-rows.ts';
import type { TailRules } from './tail-rules.ts';

/** Pictures up to the end of a page: beyond, the load is waited for. */
const MOST_ROWS = 2_000;

const ACTIVE = STATUSES.indexOf('active');

/** True for what can be told from a manifest's end: the newest active pictures of a kind, nothing left out. */
export function isTailQuery(query: ListQuery): boolean {
  const { status, order, from, to, favorite, facets, terms, exactTotal, at, size } = query;
  return (
    size * ('page' in at ? at.page : 1) <= MOST_ROWS &&
    order === 'newest' &&
    status === 'active' &&
    from === undefined &&
    to === undefined &&
    favorite === undefined &&
    (facets?.length ?? 0) === 0 &&
    (terms?.length ?? 0) === 0 &&
    exactTotal !== true
  );
}

/**
 * The newest pictures of an owner whose index is not in memory yet, from the whole log and as much of the base's end
 * as the page needs: what the log says of a picture wins, and what stands in the base before the part that was read is
 * older than all of it. Every line that is read is checked. Describes the file as it was when it was opened, and is
 * silent once that has changed.
 */
export class ManifestTail {
  /** Pictures that were read. */
  private readonly entries = new Map<PictureId, Entry>();
  private readonly owner: Owner;
  private readonly rules: TailRules;
  private readonly storage: Storage;
  private readonly file: LogFile;
  /** Length of the file that it describes. */
  private readonly size: number;
  private readonly header: Header;
  private readonly log: ReadonlyMap<PictureId, TailRow | undefined>;
  private readonly seq: number;
  private readonly base: BaseTail;
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(
    context: ManifestContext,
    owner: Owner,
    file: LogFile,
    size: number,
    header: Header,
    log: Awaited<ReturnType<typeof readLog>>,
  ) {
    this.owner = owner;
    this.rules = context.tail;
    this.storage = context.storage;
    this.file = file;
    this.size = size;
    this.header = header;
    this.log = log.rows;
    this.seq = log.seq;
    this.base = new BaseTail(header);
  }

  /** Undefined when it is better, or necessary, to wait until all is loaded. */
  static async open(context: ManifestContext, owner: Owner): Promise<ManifestTail | undefined> {
    const { leastBytes, mostLog } = context.tail;
    let file: LogFile | undefined;
    try {
      const path = manifestKey(owner);
      // what lies behind a link is not ours: the load tells it so too
      if ((await folderState(context.storage, ownerFolder(owner))) !== 'there') return undefined;
      if ((await context.storage.stat(path)).size < leastBytes) return undefined;
      file = await context.files.open(path);
      const opened = file;
      const tail = await opened.use(async (open) => {
        const { size } = await open.stat();
        const header = decodeHeader(await readExact(open, 0, HEADER_LENGTH));
        if (header === undefined || header.owner !== owner) return undefined;
        if (size < header.sortedEnd || size - header.sortedEnd > mostLog) return undefined;
        return new ManifestTail(context, owner, opened, size, header, await readLog(open, header, size));
      });
      if (tail === undefined) await file.retire();
      return tail;
    } catch {
      // whatever it is, the load finds it too, and says so
      await file?.retire().catch(() => undefined);
      return undefined;
    }
  }

  /** Puts what was read into the memory of the loaded owner, as far as nothing changed since. */
  keepIn(store: OwnerStore): void {
    if (store.index.epoch !== this.header.epoch) return;
    for (const entry of this.entries.values()) {
      const row = store.rowOf(entry.id);
      if (row >= 0) store.keep(row, entry);
    }
  }

  /** Lets go of the file. */
  close(): Promise<void> {
    return this.file.retire();
  }

  /** The page; undefined when the tail cannot tell it. */
  async page(query: ListQuery): Promise<ListPage | undefined> {
    // one after another: they share what was read
    const page = this.turn.then(() => this.tell(query)).catch(() => undefined);
    this.turn = page;
    return page;
  }

  /** False when something was committed since it was opened: then the loaded owner knows more. */
  private async isPresent(): Promise<boolean> {
    const { size, inode } = await this.storage.stat(this.file.path);
    return size === this.size && inode === this.file.inode;
  }

  private async tell(query: ListQuery): Promise<ListPage | undefined> {
    if (!(await this.isPresent())) return undefined;
    const kind = KINDS.indexOf(query.kind);
    const skip = 'page' in query.at ? (query.at.page - 1) * query.size : 0;
    const wanted = skip + query.size + 1;
    let base = this.fromBase(kind, query);
    while (base.length < wanted && !this.base.isWhole) {
      if (this.base.bytes > this.rules.mostBase) return undefined;
      await this.file.use((open) => this.base.extend(open, this.rules.piece));
      base = this.fromBase(kind, query);
    }
    const rows = [...this.fromLog(kind, query), ...base].sort(newestFirst);
    const entries = await this.read(rows.slice(skip, skip + query.size), query.kind);
    const last = entries.at(-1);
    return {
      entries,
      ...this.total(kind),
      next: rows.length > skip + query.size && last !== undefined ? cursorOf(last) : null,
      version: { epoch: this.header.epoch, seq: this.seq },
    };
  }

  private total(kind: number): Pick<ListPage, 'total' | 'totalRelation' | 'provisional'> {
    const all = { at: { page: 1 } };
    const total = this.fromLog(kind, all).length + this.fromBase(kind, all).length;
    return this.base.isWhole
      ? { total, totalRelation: 'eq' }
      : { total, totalRelation: 'gte', provisional: true };
  }

  private fromLog(kind: number, { at }: Pick<ListQuery, 'at'>): TailRow[] {
    const live = [...this.log.values()].filter((row) => row !== undefined);
    return live.filter((row) => isAsked(row, kind, at));
  }

  private fromBase(kind: number, { at }: Pick<ListQuery, 'at'>): TailRow[] {
    return this.base.rows.filter((row) => isAsked(row, kind, at) && !this.log.has(row.id));
  }

  private async read(rows: readonly TailRow[], kind: Kind): Promise<Entry[]> {
    const missing = rows.filter(({ id }) => !this.entries.has(id));
    for (const entry of await readEntries(this.file, this.owner, missing)) {
      const { id, owner } = entry.record();
      if (id !== entry.id || owner !== this.owner || entry.kind !== kind) {
        throw new ManifestChangedError('record of another picture');
      }
      this.entries.set(id, entry);
    }
    return rows.map(({ id }) => this.entries.get(id)).filter((entry) => entry !== undefined);
  }
}

function isAsked(row: TailRow, kind: number, at: ListQuery['at']): boolean {
  if (row.kind !== kind || row.status !== ACTIVE) return false;
  return 'page' in at || compareCursor({ time: row.createdAt, id: row.id }, at.after) < 0;
}

function newestFirst(a: TailRow, b: TailRow): number {
  return b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1);
}
