import { describe, expect, it } from 'vitest';
import { verifyJson } from '../../../../src/services/maintenance/maintenance.ts';
import { asOwner, idOf } from '../../../support/ids.ts';

describe('the report of a verify as JSON', () => {
  it('lists pictures and lines of manifests alike, and says where the next run goes on', () => {
    const owner = asOwner('anna');
    const picture = { owner, kind: 'input', id: idOf(1), damage: 'thumbnail_broken' } as const;
    const sums = { pictures: 3, bytes: 7, more: 0, next: undefined };
    expect(verifyJson({ ...sums, found: [picture], manifests: [{ owner, byte: 256 }] })).toEqual({
      pictures: 3,
      bytes: 7,
      found: [
        { user_id: 'anna', kind: 'input', id: idOf(1), damage: 'thumbnail_broken' },
        { user_id: 'anna', kind: null, id: null, damage: 'manifest_damaged', byte: 256 },
      ],
      more: 0,
      next: null,
    });
  });
});
