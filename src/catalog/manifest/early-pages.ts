import { setTimeout as delay } from 'node:timers/promises';
import type { Owner } from '../../domain/owner.ts';
import type { ListPage, ListQuery } from '../catalog.ts';
import type { Owners } from './owners.ts';
import type { ManifestContext } from './store.ts';
import { isTailQuery, ManifestTail } from './tail.ts';

/** An owner that is being loaded, and what is known of it meanwhile. */
interface Coming {
  /** Resolves when the owner is in memory, or cannot be. */
  loaded: Promise<void>;
  /** Opened when the load takes long. */
  tail: Promise<ManifestTail | undefined> | undefined;
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
    // it may have come meanwhile
    if (this.owners.peek(owner) !== undefined) return undefined;
    const coming = this.coming.get(owner) ?? this.begin(owner);
    if (coming.tail === undefined) {
      const { patience } = this.context.tail;
      const inTime = coming.loaded.then(() => true);
      if (await Promise.race([inTime, delay(patience, false, { ref: false })])) return undefined;
    }
    // loaded by now: from here on its answers alone are the present ones
    if (this.coming.get(owner) !== coming) return undefined;
    coming.tail ??= ManifestTail.open(this.context, owner);
    const tail = await coming.tail;
    return tail?.page(query);
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

  private begin(owner: Owner): Coming {
    const coming: Coming = { loaded: Promise.resolve(), tail: undefined };
    this.coming.set(owner, coming);
    coming.loaded = this.load(owner, coming);
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
