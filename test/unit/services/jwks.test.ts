import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { silentLog } from '../../../src/domain/log.ts';
import { createJwks } from '../../../src/services/jwks.ts';
import { ecKey } from '../../support/logins.ts';
import { NOON } from '../../support/services.ts';

const MINUTE = 60_000;
const [a, b] = [ecKey('a'), ecKey('b')];
const token = { payload: '', signature: '' };

// jose has no clock that is passed in
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: NOON }));
afterEach(() => void vi.useRealTimers());

function rig() {
  const world = {
    loads: 0,
    answer: (): unknown => ({ keys: [a.jwk] }),
    pass: (ms: number) => vi.setSystemTime(Date.now() + ms),
  };
  const find = createJwks({
    url: new URL('https://login.example.org/keys'),
    now: () => Date.now(),
    log: silentLog,
    async load() {
      world.loads += 1;
      return world.answer();
    },
  });
  const key = async (kid: string | undefined) =>
    find({ alg: 'ES256', ...(kid === undefined ? {} : { kid }) }, token);
  return { world, key };
}

const FOUND = { type: 'public' };
const UNKNOWN = { code: 'ERR_JWKS_NO_MATCHING_KEY' };

it('asks once for many, and again after a while, beside those who need nothing new', async () => {
  const { world, key } = rig();
  await Promise.all([key('a'), key('a'), key(undefined)]);
  expect(world.loads).toBe(1);
  world.answer = () => ({ keys: [b.jwk] });
  world.pass(10 * MINUTE);
  expect(await key('a')).toMatchObject(FOUND);
  expect(await key('b')).toMatchObject(FOUND);
  expect(world.loads).toBe(2);
  await expect(key('a')).rejects.toMatchObject(UNKNOWN);
});

it('looks for a new key at once, but whoever invents names makes it ask once a minute', async () => {
  const { world, key } = rig();
  await key('a');
  world.answer = () => ({ keys: [a.jwk, b.jwk] });
  world.pass(MINUTE);
  expect(await key('b')).toMatchObject(FOUND);
  for (let n = 0; n < 50; n += 1) await expect(key(`invented ${n}`)).rejects.toMatchObject(UNKNOWN);
  expect(world.loads).toBe(2);
});

it('goes on with the keys it has when the provider is away, and has none before', async () => {
  const { world, key } = rig();
  const away = () => {
    throw new Error('away');
  };
  const REFUSED = { code: 'overloaded', details: { retryAfter: 10 } };
  world.answer = away;
  for (let n = 0; n < 50; n += 1) await expect(key('a')).rejects.toMatchObject(REFUSED);
  expect(world.loads).toBe(1);
  world.answer = () => ({ keys: [a.jwk, 7] });
  world.pass(MINUTE);
  expect(await key('a')).toMatchObject(FOUND);
  for (const answer of [away, () => 'no keys', () => ({ keys: 7 })]) {
    world.answer = answer;
    world.pass(10 * MINUTE);
    expect(await key('a')).toMatchObject(FOUND);
    // it may be a new one: nobody can say now
    await expect(key('b')).rejects.toMatchObject(REFUSED);
  }
  expect(world.loads).toBe(5);
});
