import type { PictureId } from '../../domain/id.ts';
import { KINDS, type Kind } from '../../domain/kind.ts';
import type { Log } from '../../domain/log.ts';
import type { Owner } from '../../domain/owner.ts';
import type { PictureRecord } from '../../domain/record.ts';
import type { FolderSync } from '../../storage/durable.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Change, Entry, Version } from '../catalog.ts';
import type { CompactionRules } from './compaction-rules.ts';
import { HEADER_LENGTH } from './header.ts';
import type { RowSnapshot } from './line-entry.ts';
import type { LogFile, LogFiles } from './log-file.ts';
import { OwnerIndex } from './owner-index.ts';
import { Ring } from './ring.ts';
import type { Touched } from './scan.ts';
import type { TextIndex } from './search/text-index.ts';
import type { SnapshotRules } from './snapshot-rules.ts';
import type { TailRules } from './tail-rules.ts';
import { Warm } from './warm.ts';

/** Epoch of an owner who has no manifest. */
export const NO_EPOCH = '0'.repeat(16);

/** What every part of the manifest catalog is given. */
export interface ManifestContext {
  readonly storage: Storage;
  readonly folders: FolderSync;
  readonly log: Log;
  /** Whether the volume that was opened is the one under its path: else what is not found says nothing. */
  readonly present: () => Promise<boolean>;
  readonly texts: TextIndex;
  readonly files: LogFiles;
  /** A new epoch: 16 lower-case hex. */
  readonly random: () => string;
  readonly recentSize: number;
  readonly legacyTz: string;
  readonly compaction: CompactionRules;
  readonly snapshots: SnapshotRules;
  readonly tail: TailRules;
  readonly emit: (change: Change) => void;
}

/** What searches keep of an owner (`search/`), from the first one on. */
export interface SearchHold {
  readonly bytes: number;
  /** Nothing is searched here any more. */
  retire(): void;
}

/** A committed change whose lasting form could not be written: the sidecar to write, or to remove. */
export type Owed =
  | { readonly record: PictureRecord; readonly since: number }
  | { readonly purged: PictureRecord; readonly since: number };

/** One loaded owner. Changed only inside the owner's lane; read by everybody. */
export class OwnerStore {
  readonly owner: Owner;
  index: OwnerIndex = emptyIndex();
  /** Undefined while the owner has no manifest. */
  file: LogFile | undefined;
  /** Byte after the last good line: where the next one goes. */
  end = HEADER_LENGTH;
  baseEnd = HEADER_LENGTH;
  readonly owed = new Map<PictureId, Owed>();
  /** What an unclean stop left to compare with the sidecars; `all`: every picture. */
  unrecovered: ReadonlyMap<PictureId, Touched> | 'all' | undefined;
  /** Why the file must not be written to again; a new one is made before the next commit. */
  suspect: string | undefined;
  /** ms: when something of it last changed; 0 when nothing ever did. */
  lastActivity = 0;
  compacting: Promise<void> | undefined;
  /** The snapshot on disk, or the last try at one: of which file, up to which byte. */
  saved: { readonly file: LogFile; readonly end: number } | undefined;
  search: SearchHold | undefined;
  warm = new Warm();
  private rings: readonly Ring[] = [];
  private readonly recentSize: number;

  constructor(owner: Owner, recentSize: number) {
    this.owner = owner;
    this.recentSize = recentSize;
    this.adopt(emptyIndex(), undefined, HEADER_LENGTH, HEADER_LENGTH);
  }

  /** Puts another file and what was read from it in place of the present ones. */
  adopt(index: OwnerIndex, file: LogFile | undefined, end: number, baseEnd: number): void {
    this.index = index;
    this.file = file;
    this.end = end;
    this.baseEnd = baseEnd;
    this.search?.retire();
    this.search = undefined;
    this.warm = new Warm();
    this.rings = KINDS.map((_, kind) => new Ring(index.order(kind, 0), index.columns, this.recentSize));
  }

  /** Nothing is owed and nothing is in doubt: every line is in its lasting form. */
  get isWhole(): boolean {
    return this.owed.size === 0 && this.unrecovered === undefined && this.suspect === undefined;
  }

  get version(): Version {
    return { epoch: this.index.epoch, seq: this.index.seq };
  }

  /** Bytes of the arrays. */
  get indexBytes(): number {
    return this.index.bytes;
  }

  /** Bytes held in all, about. */
  get bytes(): number {
    const ring = this.rings.reduce((sum, { bytes }) => sum + bytes, 0);
    return (
      4_000 + this.index.bytes + ring + this.warm.bytes + this.owed.size * 4_000 + (this.search?.bytes ?? 0)
    );
  }

  ring(kind: number): Ring {
    const ring = this.rings[kind];
    if (ring === undefined) throw new RangeError('no such kind');
    return ring;
  }

  /** The row's entry if it is at hand. */
  ready(row: number): Entry | undefined {
    const { columns } = this.index;
    return this.ring(columns.kind(row)).get(row) ?? this.warm.get(row, columns.seq(row));
  }

  /** Keeps an entry that was read, if the row is still as it was. */
  keep(row: number, entry: Entry): void {
    const { columns } = this.index;
    if (!columns.isLive(row) || columns.seq(row) !== entry.seq) return;
    const kept = columns.status(row) === 0 && this.ring(columns.kind(row)).offer(row, entry);
    if (!kept) this.warm.offer(row, entry);
  }

  /** Row of a picture of this kind (of any without one), or −1. */
  rowOf(id: PictureId, kind?: Kind): number {
    const row = this.index.find(id);
    if (row < 0 || kind === undefined) return row;
    return KINDS[this.index.columns.kind(row)] === kind ? row : -1;
  }

  snapshot(row: number): RowSnapshot {
    const { columns } = this.index;
    return {
      row,
      offset: columns.offset(row),
      length: columns.length(row),
      seq: columns.seq(row),
      createdAt: columns.createdAt(row),
      kind: columns.kind(row),
      status: columns.status(row),
    };
  }
}

export function emptyIndex(): OwnerIndex {
  const index = new OwnerIndex({ epoch: NO_EPOCH, floor: 0, seq: 0 });
  index.finish();
  return index;
}
