import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isGuest } from '../../../src/domain/owner.ts';
import { createIdentity } from '../../../src/services/identity.ts';
import { countingRandom, NOON } from '../../support/services.ts';

const OLD = 'an-old-secret-that-is-long-enough-0123456789';
const NEW = 'a-new-secret-that-is-long-enough-0123456789a';
const identityOf = (...keys: string[]) => createIdentity({ keys, now: () => NOON, random: countingRandom() });

describe('the identity cookie', () => {
  it('proves its owner to the server that made it', () => {
    const identity = identityOf(OLD);
    const { owner, value } = identity.create();
    expect(isGuest(owner)).toBe(true);
    expect(value.startsWith(`${owner}.`)).toBe(true);
    expect(identity.verify(value)).toEqual({ owner, issuedAt: NOON, current: true });
  });

  it('gives every visitor another owner', () => {
    const identity = identityOf(OLD);
    const owners = Array.from({ length: 50 }, () => identity.create().owner);
    expect(new Set(owners).size).toBe(50);
  });

  it('is worth nothing once a single character differs', () => {
    const identity = identityOf(OLD);
    const { value } = identity.create();
    fc.assert(
      fc.property(fc.nat(value.length - 1), fc.integer({ min: 0x21, max: 0x7e }), (at, code) => {
        const character = String.fromCharCode(code);
        fc.pre(character !== value[at]);
        expect(identity.verify(value.slice(0, at) + character + value.slice(at + 1))).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
    for (const other of [`${value}=`, ` ${value}`, value.toUpperCase(), value.slice(0, -1), '']) {
      expect(identity.verify(other)).toBeUndefined();
    }
  });

  it('outlives a change of keys while the old one is in the ring, and not longer', () => {
    const { owner, value } = identityOf(OLD).create();
    expect(identityOf(NEW, OLD).verify(value)).toEqual({ owner, issuedAt: NOON, current: false });
    expect(identityOf(NEW).verify(value)).toBeUndefined();
    const renewed = identityOf(NEW, OLD).issue(owner).value;
    expect(identityOf(NEW).verify(renewed)).toMatchObject({ owner, current: true });
  });

  it('cannot be made without a key', () => {
    expect(() => identityOf()).toThrow(RangeError);
  });
});
