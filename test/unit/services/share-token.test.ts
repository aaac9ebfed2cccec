import { describe, expect, it } from 'vitest';
import { createShareSigner } from '../../../src/services/share-token.ts';
import { ANNA, BERT } from '../../support/services.ts';

const [OLD, NEW] = ['o'.repeat(40), 'n'.repeat(40)];
const claims = { sid: '01kaj000000000000000000000', owner: ANNA, ids: ['b', 'a'], expires: 1_800_000_000 };

describe('the signature of a link', () => {
  it('binds everything that the link stands for', () => {
    const signer = createShareSigner([OLD]);
    const token = signer.sign(claims);
    expect(signer.verify(token, claims)).toBe(true);
    expect(signer.verify(token, { ...claims, ids: ['a', 'b'] })).toBe(true);
    for (const other of [
      { owner: BERT },
      { ids: ['a'] },
      { ids: ['a', 'b', 'c'] },
      { expires: 1_800_000_001 },
      { sid: '01kaj000000000000000000001' },
    ]) {
      expect(signer.verify(token, { ...claims, ...other }), JSON.stringify(other)).toBe(false);
    }
  });

  it('stays good while its key is in the ring, and no longer', () => {
    const token = createShareSigner([OLD]).sign(claims);
    expect(createShareSigner([NEW, OLD]).verify(token, claims)).toBe(true);
    expect(createShareSigner([NEW]).verify(token, claims)).toBe(false);
    expect(createShareSigner([NEW, OLD]).sign(claims)).not.toBe(token);
  });

  it('is nothing without a key', () => {
    expect(() => createShareSigner([])).toThrow(RangeError);
  });
});
