import type { PictureId } from '../../src/domain/id.ts';
import { KINDS, type Kind, STATUSES, type Status } from '../../src/domain/kind.ts';
import { isGuest, type Owner } from '../../src/domain/owner.ts';
import type { QuotaPolicy } from '../../src/domain/quota.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import { RETENTION } from './life-rig.ts';

const DAY_MS = 86_400_000;

/** Limits of an owner; null is none. */
export interface ModelQuota {
  readonly maxBytes: number | null;
  readonly maxCount: number | null;
  readonly trashMaxBytes: number | null;
  readonly policy: QuotaPolicy;
}

const FREE: ModelQuota = { maxBytes: null, maxCount: null, trashMaxBytes: null, policy: 'block' };

export interface ModelUse {
  readonly count: number;
  readonly bytes: number;
  readonly thumbBytes: number;
}

const sizeOf = ({ bytes, thumb_bytes: thumb }: PictureRecord) => bytes + thumb;
const byAge = (a: PictureRecord, b: PictureRecord) =>
  a.created_at < b.created_at || (a.created_at === b.created_at && a.id < b.id) ? -1 : 1;

/**
 * What pictures, trash, quotas, purges and transfers mean, in the fewest words: one array, and every question answered
 * by looking at all of it.
 */
export class LifeModel {
  pictures: PictureRecord[] = [];
  readonly gone: PictureRecord[] = [];
  readonly quotas = new Map<Owner, ModelQuota>();

  of(owner: Owner, kind?: Kind, status?: Status): PictureRecord[] {
    return this.pictures
      .filter((one) => one.owner === owner)
      .filter((one) => (kind ?? one.kind) === one.kind && (status ?? one.status) === one.status)
      .sort((a, b) => byAge(b, a));
  }

  quotaOf(owner: Owner): ModelQuota {
    return this.quotas.get(owner) ?? FREE;
  }

  usage(owner: Owner, kind: Kind, status: Status): ModelUse {
    const some = this.of(owner, kind, status);
    return {
      count: some.length,
      bytes: some.reduce((sum, one) => sum + one.bytes, 0),
      thumbBytes: some.reduce((sum, one) => sum + one.thumb_bytes, 0),
    };
  }

  /** Bytes and pictures that are too much once so many bytes more are there. */
  tooMuch(owner: Owner, bytes: number, count = 1, empty = false): { bytes: number; count: number } {
    const { maxBytes, maxCount, policy } = this.quotaOf(owner);
    const stretch = (max: number | null) => {
      if (max === null) return Number.POSITIVE_INFINITY;
      return policy === 'warn' ? Math.floor(max * 1.1) : max;
    };
    const active = empty ? [] : this.of(owner, undefined, 'active');
    const used = active.reduce((sum, one) => sum + sizeOf(one), 0);
    return {
      bytes: Math.max(0, used + bytes - stretch(maxBytes)),
      count: Math.max(0, active.length + count - stretch(maxCount)),
    };
  }

  hasRoom(owner: Owner, bytes: number): boolean {
    const { bytes: more, count } = this.tooMuch(owner, bytes);
    return more === 0 && count === 0;
  }

  /** Makes room for an upload, where the policy says so. False: there is none, and nothing has changed. */
  makeRoom(owner: Owner, bytes: number, now: string): boolean {
    if (this.hasRoom(owner, bytes)) return true;
    const alone = this.tooMuch(owner, bytes, 1, true);
    if (this.quotaOf(owner).policy !== 'trash_oldest' || alone.bytes + alone.count > 0) return false;
    const needed = this.tooMuch(owner, bytes);
    const going: PictureRecord[] = [];
    let freed = 0;
    for (const one of this.of(owner, 'generated', 'active').reverse()) {
      if (freed >= needed.bytes && going.length >= needed.count) break;
      if (one.favorite) continue;
      going.push(one);
      freed += sizeOf(one);
    }
    if (freed < needed.bytes || going.length < needed.count) return false;
    for (const { id } of going) this.change(id, now, { status: 'trash', trashed_at: now });
    return true;
  }

  /** Newest active picture with these bytes. */
  twin(owner: Owner, kind: Kind, sha256: string): PictureRecord | undefined {
    return this.of(owner, kind, 'active').find((one) => one.sha256 === sha256);
  }

  get(id: PictureId): PictureRecord {
    const found = this.pictures.find((one) => one.id === id);
    if (found === undefined) throw new Error(`${id} is not in the model`);
    return found;
  }

  change(id: PictureId, now: string, over: Partial<PictureRecord>): void {
    const current = this.get(id);
    const next = { ...current, ...over };
    if (JSON.stringify(next) === JSON.stringify(current)) return;
    const changed = { ...next, rev: current.rev + 1, updated_at: now };
    this.pictures = this.pictures.map((one) => (one.id === id ? changed : one));
  }

  trash(id: PictureId, now: string): void {
    if (this.get(id).status === 'active') this.change(id, now, { status: 'trash', trashed_at: now });
  }

  restore(id: PictureId, now: string): void {
    if (this.get(id).status === 'trash') this.change(id, now, { status: 'active', trashed_at: null });
  }

  /** What a purge of this owner removes now; it is gone when this returns. */
  purge(owner: Owner, now: number, olderThanDays: number | undefined): PictureRecord[] {
    const days = olderThanDays ?? (isGuest(owner) ? RETENTION.guestDays : RETENTION.memberDays);
    const since = ({ trashed_at: at }: PictureRecord) => Date.parse(at ?? '');
    const trash = this.of(owner, undefined, 'trash').filter((one) => !one.favorite);
    const doomed = trash.filter((one) => since(one) + days * DAY_MS <= now);
    const { trashMaxBytes } = this.quotaOf(owner);
    if (olderThanDays === undefined && trashMaxBytes !== null) {
      const bytes = (some: readonly PictureRecord[]) => some.reduce((sum, one) => sum + sizeOf(one), 0);
      const rest = trash
        .filter((one) => !doomed.includes(one))
        .sort((a, b) => since(a) - since(b) || (a.id < b.id ? -1 : 1));
      const all = bytes(this.of(owner, undefined, 'trash'));
      for (const one of rest) if (all - bytes(doomed) > trashMaxBytes) doomed.push(one);
    }
    this.pictures = this.pictures.filter((one) => !doomed.includes(one));
    this.gone.push(...doomed);
    return doomed;
  }

  /** Everything of one owner becomes another's. */
  give(from: Owner, to: Owner, now: string): void {
    this.gone.push(...this.of(from));
    for (const { id } of this.of(from)) this.change(id, now, { owner: to });
  }

  static readonly lists = KINDS.flatMap((kind) => STATUSES.map((status) => ({ kind, status })));
}
