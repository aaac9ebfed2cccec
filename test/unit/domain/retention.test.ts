import { expect, it } from 'vitest';
import { purgeAt } from '../../../src/domain/retention.ts';
import { asOwner } from '../../support/ids.ts';
import { sampleRecord } from '../../support/records.ts';

const DAY = 86_400_000;
const TRASHED = '2026-03-01T00:00:00.000Z';
const policy = { guestDays: 7, memberDays: 30, keepFavorites: true };
const trashed = (over: object = {}) => sampleRecord({ status: 'trash', trashed_at: TRASHED, ...over });

it.each([
  ['a guest', trashed(), 7],
  ['a member', trashed({ owner: asOwner('anna') }), 30],
  ['an active picture', sampleRecord(), null],
  ['one of which nobody knows since when', trashed({ trashed_at: null }), null],
  ['a favourite', trashed({ favorite: true }), null],
  ['one whose purge has begun', trashed({ favorite: true, purging: TRASHED }), 0],
])('the retention of %s', (_what, record, days) => {
  expect(purgeAt(record, policy)).toBe(days === null ? null : Date.parse(TRASHED) + days * DAY);
});

it('is for ever where it is 0, and the days given otherwise', () => {
  expect(purgeAt(trashed(), { ...policy, guestDays: 0 })).toBeNull();
  expect(purgeAt(trashed(), { ...policy, guestDays: 0 }, 2)).toBe(Date.parse(TRASHED) + 2 * DAY);
  expect(purgeAt(trashed({ favorite: true }), { ...policy, keepFavorites: false }, 0.5)).toBe(
    Date.parse(TRASHED) + DAY / 2,
  );
});
