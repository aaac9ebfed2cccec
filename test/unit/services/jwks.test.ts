import { expect, it } from 'vitest';
import { silentLog } from '../../../src/domain/log.ts';
import { createJwks } from '../../../src/services/jwks.ts';
import { NOON } from '../../support/services.ts';

function rig() {
  const world = { now: NOON, loads: 0, answer: (): unknown => ({ keys: [{ kid: 'a' }] }) };
  const keys = createJwks({
    now: () => world.now,
    log: silentLog,
    async load() {
      world.loads += 1;
      return world.answer();
    },
  });
  return { world, keys };
}
const MINUTE = 60_000;

it('asks once for many, and again after a while, beside those who need nothing new', async () => {
  const { world, keys } = rig();
  await Promise.all([keys('a'), keys('a'), keys(undefined)]);
  expect(world.loads).toBe(1);
  world.answer = () => ({ keys: [{ kid: 'b' }] });
  world.now += 10 * MINUTE;
  expect(await keys('a')).toEqual([{ kid: 'a' }]);
  expect(await keys('b')).toEqual([{ kid: 'b' }]);
  expect(world.loads).toBe(2);
});

it('looks for a new key at once, but whoever invents names makes it ask once a minute', async () => {
  const { world, keys } = rig();
  await keys('a');
  world.answer = () => ({ keys: [{ kid: 'a' }, { kid: 'b' }] });
  world.now += MINUTE;
  expect(await keys('b')).toHaveLength(2);
  for (let n = 0; n < 50; n += 1) await keys(`invented ${n}`);
  expect(world.loads).toBe(2);
});

it('goes on with the keys it has when the provider is away, and has none before', async () => {
  const { world, keys } = rig();
  const away = () => {
    throw new Error('away');
  };
  world.answer = away;
  await expect(keys('a')).rejects.toMatchObject({ code: 'overloaded' });
  world.answer = () => ({ keys: [{ kid: 'a' }, 7] });
  world.now += MINUTE;
  expect(await keys('a')).toEqual([{ kid: 'a' }]);
  for (const answer of [away, () => 'no keys', () => ({ keys: 7 })]) {
    world.answer = answer;
    world.now += 10 * MINUTE;
    expect(await keys('b')).toEqual([{ kid: 'a' }]);
  }
  expect(world.loads).toBe(5);
});
