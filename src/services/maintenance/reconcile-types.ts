import type { BlobStore } from '../../blobs/blob-store.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { Day } from '../../domain/day.ts';
import type { Kind } from '../../domain/kind.ts';
import type { Log } from '../../domain/log.ts';
import type { Owner } from '../../domain/owner.ts';
import type { Decoder } from '../../media/decoder.ts';
import type { StateStore } from '../../state/state-store.ts';
import type { FolderSync } from '../../storage/durable.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Ingest } from '../services.ts';
import type { Finding, Findings } from './reconcile-findings.ts';

/** One day folder. */
export interface DayPlace {
  readonly owner: Owner;
  readonly kind: Kind;
  readonly day: Day;
}

export interface DayOptions {
  /** Look at these names of the folder only (a hint told of them); the whole folder when absent. */
  readonly names?: ReadonlySet<string>;
  /** Read every sidecar, not only those whose time says that they changed since the last look. */
  readonly full?: boolean;
  /** Look for names that came or went, and take known pictures whose files are all there for unchanged. */
  readonly namesOnly?: boolean;
  readonly signal?: AbortSignal;
}

export interface PassOptions {
  /** This owner only. */
  readonly owner?: Owner;
  /** Look at every folder, whatever an earlier pass found. */
  readonly afresh?: boolean;
  /** Find out what would be done, and do nothing: no name, no byte and no record changes. */
  readonly trial?: boolean;
  /** Called for everything that is met, also for what was reported before. */
  readonly told?: (finding: Finding) => void;
  /** Called now and then with how many folders were looked at. */
  readonly progress?: (folders: number) => void;
}

/** What a look did. */
export interface ReconcileReport {
  /** Folders looked at. */
  readonly folders: number;
  /** Dropped files taken in, and pictures taken in where they lay. */
  readonly adopted: number;
  /** Records made, changed or dropped because of what lies on disk. */
  readonly corrected: number;
  /** Things that were left for later: half-written files, pictures younger than a minute. */
  readonly waiting: number;
  /** Owners and folders that could not be looked at; the log says why. Absent for none. */
  readonly failed?: number;
  /** ms after which another look at the same place is worth while; undefined when nothing waits. */
  readonly again: number | undefined;
}

/**
 * Brings catalog and disk into agreement (docs/architecture.md, "Files that others write"). Every call can be repeated, stopped
 * and killed at any point: a second run ends where the first would have.
 */
export interface Reconcile {
  /** One day folder. Calls for the same folder run one after another. */
  day(place: DayPlace, options?: DayOptions): Promise<ReconcileReport>;
  /** Every owner's last days, and tomorrow for the sake of clocks that go ahead. One bad folder is reported, not thrown. */
  recent(signal: AbortSignal): Promise<ReconcileReport>;
  /**
   * Every owner, every day folder on disk and every day that the catalog knows. Reads every sidecar of a folder in
   * which a name, a size, a time or the catalog changed since the last such pass.
   */
  full(signal: AbortSignal, options?: PassOptions): Promise<ReconcileReport>;
  /** The same by names alone: finds what was added and what is gone, and no edit. */
  names(signal: AbortSignal, options?: PassOptions): Promise<ReconcileReport>;
  /** How often each finding was made since the start, for metrics. */
  counts(): ReadonlyMap<string, number>;
}

export interface ReconcileDeps {
  readonly storage: Storage;
  readonly folders: FolderSync;
  readonly blobs: BlobStore;
  readonly catalog: Catalog;
  readonly state: StateStore;
  readonly ingest: Ingest;
  readonly decoder: Decoder;
  readonly log: Log;
  /** Whether the volume that was opened is still the one under its path (`Tree.present`). */
  readonly present: () => Promise<boolean>;
  /** Largest dropped file taken in, in bytes. */
  readonly maxBytes: { readonly [kind in Kind]: number };
  /** IANA zone in which times without a zone in older sidecars are read. */
  readonly legacyTz: string;
}

/** What every part of a look is given. */
export interface LookContext extends ReconcileDeps {
  readonly findings: Findings;
  /** Nothing may be changed: what would be is reported only. */
  readonly trial: boolean;
}
