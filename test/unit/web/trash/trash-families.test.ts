import { describe, expect, it } from 'vitest';
import { FAMILIES, familyFrom, searchFor } from '../../../../web/src/trash/trash-families.ts';

describe('the family that the address of the trash names', () => {
  it('is there and back the same', () => {
    for (const family of FAMILIES) expect(familyFrom(searchFor(family))).toBe(family);
  });

  it('is that of the generated pictures where there is none of that name', () => {
    expect(familyFrom('')).toBe('images');
    expect(familyFrom('?of=secrets')).toBe('images');
  });
});
