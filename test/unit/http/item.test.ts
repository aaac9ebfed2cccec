import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEntry } from '../../../src/catalog/entry.ts';
import { dayOf } from '../../../src/domain/day.ts';
import type { PictureRecord } from '../../../src/domain/record.ts';
import { purgeAt } from '../../../src/domain/retention.ts';
import { createItems } from '../../../src/http/item.ts';
import { hexIdOf, idOf } from '../../support/ids.ts';
import { arbitraryRecord, sampleRecord } from '../../support/records.ts';
import { RETENTION } from '../../support/services.ts';

const FOLDERS = { generated: '', input: 'inputs/', control: 'controls/' } as const;
const EXTS = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/webp': 'webp' } as const;

/** What the contract says of one item, written out from the record. */
function itemOf(record: PictureRecord, basePath: string): unknown {
  const { id, owner, kind, created_at, thumb, thumb_v, extra, idem: _, adopted_from: __, ...known } = record;
  const day = record.day ?? dayOf(Date.parse(created_at));
  const folder = `${basePath}/outputs/users/${owner}/${FOLDERS[kind]}${day}`;
  const thumbExt = thumb?.endsWith('.jpg') === true ? 'jpg' : 'webp';
  const due = purgeAt(record, RETENTION);
  const purge =
    record.status === 'active' ? {} : { purge_at: due === null ? null : new Date(due).toISOString() };
  return {
    id,
    url: `${folder}/${id}.${record.ext ?? EXTS[record.mime]}`,
    thumb_url: `${folder}/thumb/${id}.${thumbExt}?v=${thumb_v}`,
    created_at,
    meta: JSON.parse(
      JSON.stringify({ ...known, id, owner, kind, created_at, thumb, thumb_v, ...extra, ...purge }),
    ),
  };
}

const entriesOf = (records: readonly PictureRecord[]) =>
  records.map((record, seq) => createEntry(record, seq));
const parse = (bytes: Buffer): unknown => JSON.parse(bytes.toString('utf8'));

describe('the items of the wire', () => {
  it('are what the records say, whatever stands beside them', () => {
    const some = fc.array(arbitraryRecord(), { maxLength: 6 });
    // each more than once and in any order, so that heads are made for one and copied for another
    const records = some.chain((made) =>
      fc.array(made.length === 0 ? fc.constant(sampleRecord()) : fc.constantFrom(...made), { maxLength: 30 }),
    );
    fc.assert(
      fc.property(records, fc.constantFrom('', '/gallery'), (page, basePath) => {
        const items = createItems(basePath, RETENTION);
        const expected = page.map((record) => itemOf(record, basePath));
        expect(parse(items.page(entriesOf(page), '],"page":1}'))).toEqual({ items: expected, page: 1 });
        for (const [i, entry] of entriesOf(page).entries()) {
          expect(parse(items.item(entry))).toEqual(expected[i]);
          expect(expected[i]).toMatchObject({ url: items.url(entry), thumb_url: items.thumbUrl(entry) });
        }
      }),
      { numRuns: 60 },
    );
  });

  it('say the time of each picture, up to the last millisecond of a day', () => {
    const times = ['2026-01-31T23:59:59.999Z', '2026-02-01T00:00:00.000Z', '2026-01-31T09:08:07.006Z'];
    const records = [...times, '1969-12-31T23:59:59.001Z', '0999-06-01T12:34:56.789Z'].map((created_at, n) =>
      sampleRecord({ id: n % 2 === 0 ? idOf(n) : hexIdOf(n), created_at }),
    );
    const { items } = JSON.parse(
      createItems('', RETENTION).page(entriesOf(records), ']}').toString('utf8'),
    ) as {
      items: { created_at: string }[];
    };
    expect(items.map(({ created_at }) => created_at)).toEqual(records.map(({ created_at }) => created_at));
  });

  it('take something in front', () => {
    const record = sampleRecord();
    const [entry] = entriesOf([record]);
    if (entry === undefined) throw new Error('no entry');
    const item = createItems('', RETENTION).item(entry, '"ok":true,').toString('utf8');
    expect(item).toMatch(/^\{"ok":true,"id":"/);
    expect(JSON.parse(item)).toEqual({ ok: true, ...Object(itemOf(record, '')) });
  });
});
