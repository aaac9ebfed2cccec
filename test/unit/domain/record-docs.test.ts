import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dayOf } from '../../../src/domain/day.ts';
import { isPictureId } from '../../../src/domain/id.ts';
import { isOwner } from '../../../src/domain/owner.ts';
import { decodeRecord, encodeRecord, parseRecord, publicJsonOf } from '../../../src/domain/record-codec.ts';
import { PUBLIC_MEMBERS } from '../../../src/domain/record-members.ts';

const document = readFileSync(new URL('../../../docs/storage-format-record.md', import.meta.url), 'utf8');

describe('docs/storage-format-record.md', () => {
  it('names every member, in writing order', () => {
    const table = document.slice(document.indexOf('## Members'), document.indexOf('*any other*'));
    const rows = table.split('\n').filter((row) => row.startsWith('| `'));
    const names = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map((match) => match[1]),
    );
    expect(names).toEqual(PUBLIC_MEMBERS);
  });

  it('has an example that is a record of ours, byte for byte', () => {
    const block = /```json\n([^`]*)```/.exec(document)?.[1] ?? '';
    const line = Buffer.from(block.replaceAll('\n', ''));
    const record = decodeRecord(line);
    expect(encodeRecord(record).toString()).toBe(line.toString());
    expect(isPictureId(record.id) && isOwner(record.owner)).toBe(true);
    const where = { ...record, day: dayOf(Date.parse(record.created_at)), ext: 'png' } as const;
    expect(parseRecord(JSON.parse(line.toString()), where, { legacyTz: 'UTC' })).toEqual(record);
    expect(publicJsonOf(line).toString()).toMatch(/"studio_shelf":7}$/);
    expect(document).toContain(`users/${record.owner}/2026/11/21/${record.id}.json`);
  });
});
