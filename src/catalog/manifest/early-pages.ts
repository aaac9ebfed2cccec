import { setTimeout as delay } from 'node:timers/promises';
import { isErrno } from '../../domain/errors.ts';
import { manifestKey } from '../../domain/key.ts';
import type { Owner } from '../../domain/owner.ts';
import type { ListPage, ListQuery } from '../catalog.ts';
import type { Owners } from './owners.ts';
import { snapshotKey } from './snapshot-format.ts';
import type { ManifestContext } from './store.ts';
import { isTailQuery, ManifestTail } from './tail.ts';

/** An owner that is being loaded, and what is known of it meanwhile. */
interface Coming {
  /** Resolves when the owner is in memory, or cannot be. */
  loaded: Promise<void>;
  /** Opened when the load takes long. */
  tail: Promise<ManifestTail | undefined> | undefined;
  /** Lets the load begin. */
  readonly begin: () => void;
}

/** First pages of owners that are not in memory: from the end of their manifest, while they are being loaded. */
export class EarlyPages {
  private readonly context: ManifestContext;
  private readonly owners: Owners;
  private readonly mayBeUnsettled: (owner: Owner) => Promise<boolean>;
  private readonly coming = new Map<Owner, Coming>();

  /** @param mayBeUnsettled false when an unclean stop left nothing to be compared of this owner */
  constructor(context: ManifestContext, owners: Owners, mayBeUnsettled: (owner: Owner) => Promise<boolean>) {
    this.context = context;
    this.owners = owners;
    this.mayBeUnsettled = mayBeUnsettled;
  }

  /**
   * Begins to load the owner, and answers before it is loaded where that takes long and can be done.
   * Undefined: ask the owner itself, and wait.
   */
  async page(query: ListQuery): Promise<ListPage | undefined> {
    const { owner } = query;
    if (!isTailQuery(query) || this.owners.isEmpty(owner) || !(await this.isSettled(owner))) return undefined;
    const isSlow = await this.isSlow(owner);
    // it may have come meanwhile
    if (this.owners.peek(owner) !== undefined) return undefined;
    const coming = this.coming.get(owner) ?? this.expect(owner);
    try {
      if (coming.tail === undefined && !isSlow && (await this.comesSoon(coming))) return undefined;
      // loaded by now: from here on its answers alone are the present ones
      if (this.coming.get(owner) !== coming) return undefined;
      coming.tail ??= ManifestTail.open(this.context, owner);
      const tail = await coming.tail;
      return await tail?.page(query);
    } finally {
      coming.begin();
    }
  }

  /** Lets go of every file. Loads are not waited for. */
  async close(): Promise<void> {
    await Promise.all([...this.coming.values()].map(async ({ tail }) => (await tail)?.close()));
  }

  /** False when lines may have to be compared with their sidecars before anything is told. */
  private async isSettled(owner: Owner): Promise<boolean> {
    if (!this.owners.needsSettling(owner)) return true;
    try {
      if (await this.mayBeUnsettled(owner)) return false;
    } catch {
      // the load meets the same trouble, and says so
      return false;
    }
    this.owners.markSettled(owner);
    return true;
  }

  /** True when the load can hardly end soon: a long manifest, and no snapshot. */
  private async isSlow(owner: Owner): Promise<boolean> {
    const { storage, tail } = this.context;
    try {
      if ((await storage.stat(manifestKey(owner))).size <= tail.quick) return false;
      await storage.stat(snapshotKey(owner));
      return false;
    } catch (error) {
      return isErrno(error, 'ENOENT');
    }
  }

  private async comesSoon({ loaded, begin }: Coming): Promise<boolean> {
    begin();
    const inTime = loaded.then(() => true);
    return Promise.race([inTime, delay(this.context.tail.patience, false, { ref: false })]);
  }

  private expect(owner: Owner): Coming {
    const begun = Promise.withResolvers<void>();
    const coming: Coming = { loaded: Promise.resolve(), tail: undefined, begin: begun.resolve };
    this.coming.set(owner, coming);
    coming.loaded = begun.promise.then(() => this.load(owner, coming));
    return coming;
  }

  private async load(owner: Owner, coming: Coming): Promise<void> {
    try {
      await this.owners.use(owner, async ({ store }) => (await coming.tail)?.keepIn(store));
    } catch {
      // whoever asks next asks the owner itself, and is told
    }
    this.coming.delete(owner);
    const tail = await coming.tail;
    await tail?.close().catch(() => undefined);
  }
}
