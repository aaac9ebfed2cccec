import { describe, expect, it } from 'vitest';
import { daysLeft, purgeNoteOf } from '../../../../web/src/trash/purge-note.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

describe('when a picture in the trash goes', () => {
  it('counts days, to the nearest: a second after it was thrown away it has all of them', () => {
    expect(daysLeft('2026-12-03T12:00:00.000Z', NOW)).toBe(12);
    expect(daysLeft('2026-12-03T11:59:59.000Z', NOW)).toBe(12);
    expect(daysLeft('2026-12-02T23:59:59.000Z', NOW)).toBe(11);
    expect(daysLeft('2026-11-22T11:59:59.000Z', NOW)).toBe(0);
  });

  it('goes today when less than a day is left, or it is due already', () => {
    expect(purgeNoteOf('2026-11-22T11:00:00.000Z', NOW)).toEqual({ text: 'today' });
    expect(purgeNoteOf('2026-11-20T12:00:00.000Z', NOW)).toEqual({ text: 'today' });
  });

  it('stays where it has no such day', () => {
    expect(purgeNoteOf(null, NOW)).toEqual({ text: 'never' });
    expect(purgeNoteOf(undefined, NOW)).toEqual({ text: 'never' });
  });

  it('says the days', () => {
    expect(purgeNoteOf('2026-11-22T12:00:00.000Z', NOW)).toEqual({ text: 'inDays', count: 1 });
  });
});
