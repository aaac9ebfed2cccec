import { expect, it } from 'vitest';
import { isKnown, versionOf } from '../../../../web/src/live/version.ts';

it.each([
  ['5d0c1d2a9b3e4f60-41', { epoch: '5d0c1d2a9b3e4f60', seq: 41 }],
  ['"5d0c1d2a9b3e4f60-41-a1b2c3d4e5f6"', { epoch: '5d0c1d2a9b3e4f60', seq: 41 }],
  ['', undefined],
  [null, undefined],
  ['"abc"', undefined],
])('reads %s', (text, version) => {
  expect(versionOf(text)).toEqual(version);
});

it('knows what is told already', () => {
  const known = { epoch: 'a', seq: 7 };
  expect(isKnown({ epoch: 'a', seq: 7 }, known)).toBe(true);
  expect(isKnown({ epoch: 'a', seq: 8 }, known)).toBe(false);
  expect(isKnown({ epoch: 'b', seq: 1 }, known)).toBe(false);
  expect(isKnown(undefined, known)).toBe(false);
  expect(isKnown({ epoch: 'a', seq: 1 }, undefined)).toBe(false);
});
