import { expect, it } from 'vitest';
import { valuesOf } from '../../../../src/http/middleware/identity.ts';

it('values of a cookie header: blanks around them are none of theirs, and nothing else is left out', () => {
  expect(valuesOf('a=1; id=x;id=y ;\tid\t=\tz; xid=1; ID=1; id', 'id')).toEqual(['x', 'y', 'z']);
  expect(valuesOf('id= ;id=;id=\t\t', 'id')).toEqual(['', '', '']);
  for (const odd of ['\u00a0', '\u0085', '\ufeff', '\v', '\f']) {
    expect(valuesOf(`id=x${odd}`, 'id'), JSON.stringify(odd)).toEqual([`x${odd}`]);
    expect(valuesOf(`id=${odd}x`, 'id'), JSON.stringify(odd)).toEqual([`${odd}x`]);
    expect(valuesOf(`${odd}id=x`, 'id'), JSON.stringify(odd)).toEqual([]);
  }
});
