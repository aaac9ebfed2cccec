import { isPictureId, type PictureId } from '../../domain/id.ts';
import { isJsonObject, type JsonValue } from '../../domain/json.ts';
import { KINDS, type Kind, STATUSES, type Status } from '../../domain/kind.ts';
import { Columns, type RowFacts } from './columns.ts';
import { FacetTable } from './facet-table.ts';
import { IdTable } from './id-table.ts';
import { type IdForm, idText, wordsOf } from './ids.ts';
import { Marks } from './marks.ts';
import { RowOrder } from './order.ts';
import { type SavedPart, SnapshotError, savedCount } from './saved-part.ts';
import { UsageTotals } from './usage-totals.ts';

/** A picture that was purged: kept for a while, so that followers of the log learn of it. */
export interface Tombstone {
  readonly seq: number;
  readonly id: PictureId;
  /** ms: when it was purged. */
  readonly time: number;
  readonly kind: Kind;
  readonly status: Status;
}

const MOST_TOMBSTONES = 10_000;
const TOMBSTONE_BYTES = 160;
/** Rows put into their orders between two turns of whoever else waits. */
const ROWS_A_TURN = 1 << 15;

/** Everything that memory holds about one owner's manifest: columns, facets, ids, orders, marks, tombstones, version. */
export class OwnerIndex {
  epoch: string;
  floor: number;
  seq: number;
  readonly columns = new Columns();
  readonly facets = new FacetTable();
  readonly ids = new IdTable(this.columns);
  readonly totals = new UsageTotals();
  readonly marks = new Marks();
  tombstones: Tombstone[] = [];
  private readonly orders = KINDS.map(() => STATUSES.map(() => new RowOrder(this.columns)));
  private readonly words = new Uint32Array(4);
  /** While loading, orders are not kept: `finish` makes them at once. */
  private loading = true;

  constructor(version: { readonly epoch: string; readonly floor: number; readonly seq: number }) {
    this.epoch = version.epoch;
    this.floor = version.floor;
    this.seq = version.seq;
  }

  /** Bytes held by arrays; the small fixed cost of the objects is not counted. */
  get bytes(): number {
    const orders = this.orders.flat().reduce((sum, order) => sum + order.bytes, 0);
    return (
      this.columns.bytes +
      this.facets.bytes +
      this.ids.bytes +
      this.marks.bytes +
      orders +
      this.tombstones.length * TOMBSTONE_BYTES
    );
  }

  order(kind: number, status: number): RowOrder {
    const order = this.orders[kind]?.[status];
    if (order === undefined) throw new RangeError('no such order');
    return order;
  }

  /** Row of an id, or −1. */
  find(id: PictureId): number {
    return this.ids.find(this.words, wordsOf(id, this.words));
  }

  idOf(row: number): PictureId {
    return idText(this.columns.ids, row * 4, this.columns.form(row));
  }

  /** A new version of a picture, or a new picture. Returns its row. */
  put(words: Uint32Array, facts: RowFacts): number {
    const row = this.ids.find(words, facts.form);
    if (row < 0) return this.insert(words, facts);
    const { columns } = this;
    const moves =
      columns.kind(row) !== facts.kind ||
      columns.status(row) !== facts.status ||
      columns.createdAt(row) !== facts.createdAt;
    if (this.loading) columns.set(row, facts);
    else {
      this.totals.remove(columns, row);
      if (moves) this.orderOf(row).remove(row);
      else this.orderOf(row).counts.drop(columns.traits.get(row));
      columns.set(row, facts);
      this.totals.add(columns, row);
      if (moves) this.orderOf(row).insert(row);
      else this.orderOf(row).counts.add(facts.trait);
      this.tidy();
    }
    return row;
  }

  /** The same for a picture that is known not to be there yet. */
  insert(words: Uint32Array, facts: RowFacts): number {
    const row = this.columns.add(words, facts);
    this.ids.add(row);
    if (!this.loading) {
      this.totals.add(this.columns, row);
      this.orderOf(row).insert(row);
      this.tidy();
    }
    return row;
  }

  /** Forgets a picture; false when there was none. */
  purge(words: Uint32Array, form: IdForm, tombstone: Tombstone): boolean {
    this.tombstones.push(tombstone);
    if (this.tombstones.length > MOST_TOMBSTONES) this.dropTombstones(MOST_TOMBSTONES >> 1);
    const row = this.ids.find(words, form);
    if (row < 0) return false;
    if (!this.loading) {
      this.totals.remove(this.columns, row);
      this.orderOf(row).remove(row);
    }
    this.ids.remove(row);
    this.columns.remove(row);
    return true;
  }

  /** Keeps the newest `keep` tombstones; changes before the others are no longer all known. */
  dropTombstones(keep: number): void {
    const dropped = this.tombstones.splice(0, Math.max(0, this.tombstones.length - keep));
    this.floor = dropped.reduce((floor, { seq }) => Math.max(floor, seq), this.floor);
  }

  /** Ends loading: makes the orders and gives back slack, in pieces. Nothing may change it meanwhile. */
  *finishing(): Generator<void> {
    const { columns } = this;
    columns.trim();
    this.facets.tidy(columns);
    for (let row = 0; row < columns.used; row++) {
      if (columns.isLive(row)) {
        this.orderOf(row).push(row);
        this.totals.add(columns, row);
      }
      if (row % ROWS_A_TURN === ROWS_A_TURN - 1) yield;
    }
    for (const order of this.orders.flat()) yield* order.sorting();
    this.tombstones.sort((a, b) => a.seq - b.seq);
    this.loading = false;
  }

  /** The same at once, for a few. */
  finish(): void {
    for (const _ of this.finishing());
  }

  /** All of it but the orders, which `finishing` makes. Must not change before it is written. */
  save(): Readonly<Record<string, SavedPart>> {
    const { epoch, floor, seq, tombstones } = this;
    const stones = tombstones.map((stone) => ({ ...stone }));
    return {
      index: { facts: { epoch, floor, seq, tombstones: stones }, arrays: {} },
      columns: this.columns.save(),
      ids: this.ids.save(),
      marks: this.marks.save(),
      ...this.facets.save(),
    };
  }

  /** Takes what was saved in place of what is here; loading goes on with the lines behind it. @throws SnapshotError */
  restore(parts: Readonly<Record<string, SavedPart>>): void {
    const part = (name: string): SavedPart => {
      const found = parts[name];
      if (found === undefined) throw new SnapshotError(`no ${name}`);
      return found;
    };
    const index = part('index');
    this.epoch = String(index.facts['epoch']);
    this.floor = savedCount(index, 'floor');
    this.seq = savedCount(index, 'seq');
    this.tombstones = savedStones(index);
    this.columns.restore(part('columns'));
    this.ids.restore(part('ids'));
    this.marks.restore(part('marks'));
    this.facets.restore({ looks: part('looks'), tags: part('tags'), traits: part('traits') });
  }

  /** All live rows, oldest first: the order of a base. */
  sortedRows(): Uint32Array {
    const rows = new Uint32Array(this.columns.count);
    const heads = this.orders.flat().map((order) => ({ order, next: 0 }));
    for (let i = 0; i < rows.length; i++) {
      let best: (typeof heads)[number] | undefined;
      for (const head of heads) {
        if (head.next >= head.order.length) continue;
        if (
          best === undefined ||
          this.columns.compare(head.order.at(head.next), best.order.at(best.next)) < 0
        ) {
          best = head;
        }
      }
      if (best === undefined) break;
      rows[i] = best.order.at(best.next);
      best.next += 1;
    }
    return rows;
  }

  private tidy(): void {
    const names = this.facets.tidy(this.columns);
    if (names !== undefined) for (const { counts } of this.orders.flat()) counts.rename(names);
  }

  private orderOf(row: number): RowOrder {
    return this.order(this.columns.kind(row), this.columns.status(row));
  }
}

function savedStones(part: SavedPart): Tombstone[] {
  const stones = part.facts['tombstones'];
  if (!Array.isArray(stones)) throw new SnapshotError('no tombstones');
  return stones.map((stone: JsonValue) => {
    const { seq, id, time, kind, status } = isJsonObject(stone) ? stone : {};
    const kindWord = KINDS.find((word) => word === kind);
    const statusWord = STATUSES.find((word) => word === status);
    if (typeof seq !== 'number' || typeof time !== 'number' || typeof id !== 'string' || !isPictureId(id)) {
      throw new SnapshotError('a bad tombstone');
    }
    if (kindWord === undefined || statusWord === undefined) throw new SnapshotError('a bad tombstone');
    return { seq, id, time, kind: kindWord, status: statusWord };
  });
}
