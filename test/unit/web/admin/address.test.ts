import { describe, expect, it } from 'vitest';
import { pageIn, searchWith, userAddress } from '../../../../web/src/admin/address.ts';

describe('address of an admin page', () => {
  it('gains, changes and loses parameters; the others stay', () => {
    expect(searchWith('', { q: 'cat & dog' })).toBe('?q=cat+%26+dog');
    expect(searchWith('id=anna&page=3', { page: undefined, of: 'inputs' })).toBe('?id=anna&of=inputs');
    expect(searchWith('q=a', { q: '' })).toBe('');
  });

  it('names a page from 1, whatever stands there', () => {
    const page = (text: string) => pageIn(new URLSearchParams(text));
    expect(page('page=7')).toBe(7);
    for (const odd of ['', 'page=', 'page=0', 'page=-2', 'page=1.5', 'page=x', 'page=1e99'])
      expect(page(odd)).toBe(1);
  });

  it('of a user carries any name', () => {
    expect(userAddress('anon-0f')).toBe('/admin/user?id=anon-0f');
    expect(userAddress('a&b=c')).toBe('/admin/user?id=a%26b%3Dc');
  });
});
