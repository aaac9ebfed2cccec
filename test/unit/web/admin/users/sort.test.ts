import { describe, expect, it } from 'vitest';
import { columnOf, sortFrom } from '../../../../../web/src/admin/users/sort.ts';

describe('order of users', () => {
  it('is what the address says, else the latest first', () => {
    expect(sortFrom('-bytes')).toBe('-bytes');
    expect(sortFrom('name')).toBe('name');
    for (const odd of [null, '', 'size', '--name', 'name-']) expect(sortFrom(odd)).toBe('-activity');
  });

  it('is a column and a direction', () => {
    expect(columnOf('-trash')).toEqual({ column: 'trash', isDescending: true });
    expect(columnOf('name')).toEqual({ column: 'name', isDescending: false });
  });
});
