import { fromErrno, KirokuError, notFound } from '../../domain/errors.ts';
import type { PictureId } from '../../domain/id.ts';
import type { Location } from '../../domain/key.ts';
import type { Kind } from '../../domain/kind.ts';
import { KINDS, type Op, STATUSES } from '../../domain/kind.ts';
import { compareCursor } from '../../domain/page.ts';
import type { PictureRecord } from '../../domain/record.ts';
import { encodeRecord } from '../../domain/record-codec.ts';
import type { CommitResult, Entry, Mutation } from '../catalog.ts';
import { cursorOf, locationOf } from '../entry.ts';
import { nextVersion } from '../next-version.ts';
import type { Heal } from './entries.ts';
import type { Request } from './lane.ts';
import { encodeLine } from './line.ts';
import { lineEntry } from './line-entry.ts';
import { ManifestChangedError } from './log-file.ts';
import { findByIdem, findBySha256, findEntry } from './queries.ts';
import type { OwnerStore } from './store.ts';

/** One change on its way to the disk. */
export interface Step {
  readonly op: Op;
  readonly seq: number;
  readonly at: Location;
  readonly line: Buffer;
  /** The record as it will be; for a purge as it last was. */
  readonly record: PictureRecord;
  /** Its bytes, as they stand in line and sidecar; undefined for a purge. */
  readonly encoded: Buffer | undefined;
  /** As it will be; for a purge as it last was. */
  readonly entry: Entry;
  readonly keepSidecar: boolean;
}

/** An answer that is given once the batch is durable. */
export interface Answer {
  readonly request: Request;
  readonly result: CommitResult;
  /** The step whose fate it shares; undefined when it says nothing of this batch. */
  readonly step: Step | undefined;
}

type Put = Extract<Mutation, { op: 'put' }>;
type Edit = Extract<Mutation, { op: 'edit' | 'trash' | 'restore' }>;
type Purge = Extract<Mutation, { op: 'purge' }>;

/**
 * Mutations checked one after another, each against the index and what those before it will have done. A refused one
 * is rejected at once and leaves no trace.
 */
export class Batch {
  readonly steps: Step[] = [];
  readonly answers: Answer[] = [];
  private readonly latest = new Map<PictureId, Step>();
  private readonly store: OwnerStore;
  private readonly now: number;
  /** Inside the lane nothing is repaired on the way: the batch starts anew. */
  private readonly heal: Heal = async (_, why) => {
    throw new ManifestChangedError(why);
  };

  /** @param now ms: the time of every change in it */
  constructor(store: OwnerStore, now: number) {
    this.store = store;
    this.now = now;
  }

  /** The last step of each picture: what its sidecar must hold in the end. */
  get finalSteps(): Step[] {
    return [...this.latest.values()];
  }

  /** @throws ManifestChangedError when the manifest must be repaired first: the whole batch is to be made again */
  async take(request: Request): Promise<void> {
    try {
      this.answers.push({ request, ...(await this.prepare(request.mutation)) });
    } catch (error) {
      if (error instanceof ManifestChangedError) throw error;
      // the mutation's own refusal goes out as it is, the disk's gets its place in the closed list
      request.reject(error instanceof Error && 'syscall' in error ? fromErrno(error) : error);
    }
  }

  private prepare(mutation: Mutation): Promise<Omit<Answer, 'request'>> {
    if (mutation.op === 'put') return this.put(mutation);
    return mutation.op === 'purge' ? this.purge(mutation) : this.edit(mutation);
  }

  private async put(mutation: Put): Promise<Omit<Answer, 'request'>> {
    const { record } = mutation;
    const existing = (await this.replayed(mutation)) ?? (await this.duplicate(mutation));
    if (existing !== undefined) {
      const step = this.latest.get(existing.id);
      return { result: { outcome: 'exists', entry: existing }, step };
    }
    if (record.owner !== this.store.owner)
      throw new KirokuError('internal', 'The record is of another owner.');
    if (this.isTaken(record.id)) throw new KirokuError('internal', 'The id is taken.');
    return this.add('put', record);
  }

  /** Also by a picture that this batch purges: the lane begins another life of it in the next one. */
  private isTaken(id: PictureId): boolean {
    return this.latest.has(id) || this.store.rowOf(id) >= 0;
  }

  private async replayed({ record, replaySince }: Put): Promise<Entry | undefined> {
    const { idem } = record;
    if (replaySince === undefined || idem === undefined) return undefined;
    const here = this.finalSteps.findLast((step) => step.op !== 'purge' && step.record.idem === idem);
    if (here !== undefined && this.now >= replaySince) return here.entry;
    const found = await findByIdem(this.store, this.heal, idem, replaySince);
    return found === undefined || this.latest.has(found.id) ? undefined : found;
  }

  private async duplicate({ record, dedupe }: Put): Promise<Entry | undefined> {
    if (dedupe !== true) return undefined;
    const { kind, sha256 } = record;
    const found = await findBySha256(this.store, this.heal, kind, sha256, ({ id }) => !this.latest.has(id));
    const here = this.finalSteps
      .filter((step) => step.op !== 'purge' && step.record.status === 'active')
      .filter((step) => step.record.kind === kind && step.record.sha256 === sha256)
      .map((step) => step.entry);
    if (found !== undefined) here.push(found);
    return here.sort((a, b) => compareCursor(cursorOf(b), cursorOf(a)))[0];
  }

  private async edit(mutation: Edit): Promise<Omit<Answer, 'request'>> {
    const current = await this.current(mutation.kind, mutation.id);
    const changed = mutation.change(current.record());
    if (changed === undefined) return this.unchanged(current);
    return this.add(mutation.op, nextVersion(current.record(), changed, this.now));
  }

  private async purge(mutation: Purge): Promise<Omit<Answer, 'request'>> {
    const current = await this.current(mutation.kind, mutation.id);
    if (mutation.stillWanted?.(current.record()) === false) return this.unchanged(current);
    const record = current.record();
    const { id, kind, status } = record;
    const seq = this.nextSeq();
    const line = encodeLine({ seq, op: 'purge', id, time: this.now, kind, status }, undefined);
    const step: Step = {
      op: 'purge',
      seq,
      at: locationOf(record),
      line,
      record,
      encoded: undefined,
      entry: current,
      keepSidecar: mutation.keepSidecar === true,
    };
    return this.keep(step);
  }

  private unchanged(entry: Entry): Omit<Answer, 'request'> {
    return { result: { outcome: 'unchanged', entry }, step: this.latest.get(entry.id) };
  }

  /** As it will be after the steps so far. @throws KirokuError `not_found` */
  private async current(kind: Kind, id: PictureId): Promise<Entry> {
    const step = this.latest.get(id);
    const entry = step === undefined ? await findEntry(this.store, this.heal, id, kind) : step.entry;
    if (entry === undefined || entry.kind !== kind || step?.op === 'purge') throw notFound();
    return entry;
  }

  private add(op: Op, record: PictureRecord): Omit<Answer, 'request'> {
    const encoded = encodeRecord(record);
    const seq = this.nextSeq();
    const { id, kind, status } = record;
    const time = Date.parse(record.created_at);
    const line = encodeLine({ seq, op, id, time, kind, status }, encoded);
    const row = { seq, id, createdAt: time, kind: KINDS.indexOf(kind), status: STATUSES.indexOf(status) };
    const entry = lineEntry(this.store.owner, encoded, row);
    return this.keep({ op, seq, at: locationOf(record), line, record, encoded, entry, keepSidecar: false });
  }

  private keep(step: Step): Omit<Answer, 'request'> {
    this.steps.push(step);
    this.latest.set(step.at.id, step);
    return { result: { outcome: 'committed', entry: step.entry }, step };
  }

  private nextSeq(): number {
    return this.store.index.seq + this.steps.length + 1;
  }
}
