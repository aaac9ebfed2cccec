import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Columns, emptyFacts } from '../../../../src/catalog/manifest/columns.ts';
import { IdTable } from '../../../../src/catalog/manifest/id-table.ts';
import { type IdForm, wordsOf } from '../../../../src/catalog/manifest/ids.ts';
import { hexIdOf, idOf } from '../../../support/ids.ts';

/** Counts how many rows' places are computed. */
class CountingColumns extends Columns {
  asked = 0;

  override form(row: number): IdForm {
    this.asked += 1;
    return super.form(row);
  }
}

const words = new Uint32Array(4);

/** A table over its own columns, and a plain map to hold it against. */
class Rig {
  readonly columns = new CountingColumns();
  table = new IdTable(this.columns);
  readonly known = new Map<number, number>();

  private load(n: number): IdForm {
    return wordsOf(n % 5 === 0 ? hexIdOf(n) : idOf(n), words);
  }

  find(n: number): number {
    return this.table.find(words, this.load(n));
  }

  add(n: number): void {
    if (this.known.has(n)) return;
    const form = this.load(n);
    const row = this.columns.add(words, { ...emptyFacts(), form });
    this.table.add(row);
    this.known.set(n, row);
  }

  remove(n: number): void {
    const row = this.known.get(n);
    if (row === undefined) return;
    this.table.remove(row);
    this.columns.remove(row);
    this.known.delete(n);
  }

  check(upTo: number): void {
    const numbers = Array.from({ length: upTo }, (_, n) => n);
    expect(numbers.filter((n) => this.find(n) !== (this.known.get(n) ?? -1))).toEqual([]);
  }
}

describe('the table of ids', () => {
  it('knows what a map knows, also while it grows', () => {
    const span = 6_000;
    // around the size at which it begins to grow in steps
    const op = fc.record({ add: fc.boolean(), from: fc.nat(span), count: fc.nat(400) });
    fc.assert(
      fc.property(fc.array(op, { minLength: 5, maxLength: 40, size: 'max' }), (ops) => {
        const rig = new Rig();
        for (let n = 0; n < 3_400; n++) rig.add(n);
        for (const { add, from, count } of ops) {
          for (let n = from; n < Math.min(span, from + count); n++) {
            if (add) rig.add(n);
            else rig.remove(n);
          }
        }
        rig.check(span);
      }),
      { numRuns: 30 },
    );
  });

  it('never places all of its rows again for one more', () => {
    const rig = new Rig();
    let most = 0;
    for (let n = 0; n < 60_000; n++) {
      rig.columns.asked = 0;
      rig.add(n);
      if (n > 5_000) most = Math.max(most, rig.columns.asked);
    }
    expect(most).toBeLessThan(200);
    rig.check(60_000);
  });

  it('is saved whole, also while it grows', () => {
    const rig = new Rig();
    for (let n = 0; n < 20_000; n++) {
      rig.add(n);
      if (n % 1_000 !== 999) continue;
      const copy = new IdTable(rig.columns);
      copy.restore(rig.table.save());
      rig.table = copy;
    }
    for (let n = 0; n < 20_000; n += 3) rig.remove(n);
    rig.check(20_001);
  });
});
