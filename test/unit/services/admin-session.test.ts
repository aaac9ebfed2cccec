import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createAdminSessions } from '../../../src/services/admin-session.ts';
import { createIdentity } from '../../../src/services/identity.ts';
import { ANNA, NOON } from '../../support/services.ts';

const MINUTE = 60_000;
const KEY = 'k'.repeat(40);

function sessionsOf(overrides: { key?: string; token?: string; random?: (n: number) => Uint8Array } = {}) {
  const clock = { now: NOON };
  const deps = { key: KEY, token: 't'.repeat(40), random: randomBytes, now: () => clock.now };
  return { clock, ...createAdminSessions({ ...deps, ...overrides }) };
}

describe("an admin's session", () => {
  it('goes on for an hour after its last use, and for twelve at most', () => {
    const { clock, begin, verify, renew } = sessionsOf();
    const { session, value } = begin();
    expect(verify(value)).toEqual(session);
    expect(renew(session)).toBeUndefined();
    let last = value;
    for (;;) {
      clock.now += 40 * MINUTE;
      const known = verify(last);
      if (known === undefined) break;
      last = renew(known) ?? last;
      expect(verify(last)).toMatchObject({ sid: session.sid, began: NOON });
    }
    expect(clock.now - NOON).toBeGreaterThanOrEqual(12 * 60 * MINUTE);
    expect(clock.now - NOON).toBeLessThan(13 * 60 * MINUTE);

    const idle = begin();
    clock.now += 60 * MINUTE;
    expect(verify(idle.value)).toBeUndefined();
  });

  it('has one spelling, of which no character can be another', () => {
    const { begin, verify } = sessionsOf();
    const { value } = begin();
    for (let i = 0; i < value.length; i++) {
      for (const other of ['A', '0', '.', '9', 'f', '=', ' ']) {
        if (other === value[i]) continue;
        const forged = value.slice(0, i) + other + value.slice(i + 1);
        expect(verify(forged), forged).toBeUndefined();
      }
    }
    for (const odd of ['', value.slice(1), `${value}A`, ` ${value}`, value.toUpperCase(), `${value}\n`])
      expect(verify(odd)).toBeUndefined();
  });

  it('ends with the secret, the token and the process, and is no identity', () => {
    const random = (bytes: number) => new Uint8Array(bytes).fill(7);
    const { value } = sessionsOf({ random }).begin();
    expect(sessionsOf({ random }).verify(value)).toBeDefined();
    expect(sessionsOf({ random, key: 'other'.repeat(8) }).verify(value)).toBeUndefined();
    expect(sessionsOf({ random, token: 'other'.repeat(8) }).verify(value)).toBeUndefined();
    expect(sessionsOf().verify(value)).toBeUndefined();
    const identity = createIdentity({ keys: [KEY], now: () => NOON, random });
    expect(identity.verify(value)).toBeUndefined();
    expect(sessionsOf({ random }).verify(identity.issue(ANNA).value)).toBeUndefined();
  });

  it('that was ended is none, in any of its values; others go on', () => {
    const { clock, begin, verify, renew, end } = sessionsOf();
    const { session, value } = begin();
    const other = begin();
    clock.now += 31 * MINUTE;
    const later = renew(session) ?? '';
    expect(verify(later)?.sid).toBe(session.sid);
    end(session);
    end(session);
    expect([verify(value), verify(later)]).toEqual([undefined, undefined]);
    expect(verify(other.value)).toEqual(other.session);
  });

  it('of which too many were ended to be remembered: all end', () => {
    const { begin, verify, end } = sessionsOf();
    const first = begin();
    const other = begin();
    end(first.session);
    for (let i = 0; i < 10_000; i++) end({ ...first.session, sid: String(i) });
    expect([verify(first.value), verify(other.value)]).toEqual([undefined, undefined]);
    expect(verify(begin().value)).toBeDefined();
  });
});
