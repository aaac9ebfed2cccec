import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createMemoryCatalog } from '../../../src/catalog/memory-catalog.ts';
import { createRecovery } from '../../../src/services/recovery.ts';
import { createMemoryStateStore } from '../../../src/state/memory-state-store.ts';
import { sampleRecord } from '../../support/records.ts';
import { ANNA, NOON, owner } from '../../support/services.ts';

const GUEST = owner(`anon-0${'f'.repeat(31)}`);
const STRANGER = owner(`anon-${'e'.repeat(32)}`);
const REFUSED = { code: 'forbidden', message: 'This code opens nothing.' };

async function rig(random: (bytes: number) => Uint8Array = randomBytes) {
  const catalog = createMemoryCatalog({ now: () => NOON });
  await catalog.commit(GUEST, { op: 'put', record: sampleRecord({ owner: GUEST }) });
  const state = createMemoryStateStore();
  await state.updateOwner(GUEST, () => ({ kept: 1 }));
  return {
    state,
    recovery: createRecovery({ state, catalog, now: () => NOON, random, present: async () => true }),
  };
}

describe('a recovery code', () => {
  it('opens its guest, however a person types it, and stands nowhere', async () => {
    const { state, recovery } = await rig();
    const code = await recovery.make(GUEST);
    expect(code).toMatch(/^KR1(?:-[0-9A-HJKMNP-TV-Z]{4}){13}$/);
    for (const typed of [
      code,
      code.toLowerCase(),
      code.replaceAll('-', ''),
      ` ${code.replaceAll('-', ' ')}\n`,
    ]) {
      expect(await recovery.open(typed)).toBe(GUEST);
    }
    expect(await recovery.open(code.replaceAll('0', 'o').replaceAll('1', 'l'))).toBe(GUEST);
    const document = await state.readOwner(GUEST);
    expect(document).toMatchObject({ kept: 1, recovery: { hash: expect.stringMatching(/^[0-9a-f]{64}$/) } });
    expect(JSON.stringify(document)).not.toContain(code.slice(-10));
  });

  it.each([[new Uint8Array(16)], [new Uint8Array(16).fill(255)]])(
    'is spelled for any secret: %j',
    async (secret) => {
      const { recovery } = await rig(() => secret);
      expect(await recovery.open(await recovery.make(GUEST))).toBe(GUEST);
    },
  );

  it('with any other character opens nothing', async () => {
    const { recovery } = await rig();
    const code = await recovery.make(GUEST);
    const digits = [...code].flatMap((letter, at) => (at > 3 && letter !== '-' ? [at] : []));
    for (const at of digits) {
      const other = code[at] === '7' ? '8' : '7';
      await expect(recovery.open(code.slice(0, at) + other + code.slice(at + 1))).rejects.toMatchObject(
        REFUSED,
      );
    }
    for (const text of [
      '',
      'KR1',
      code.slice(0, -1),
      `${code}0`,
      code.replace('KR1', 'KR2'),
      code.replace(/.$/, 'U'),
    ]) {
      await expect(recovery.open(text)).rejects.toMatchObject(REFUSED);
    }
  });

  it('ends with the next one, and when it is revoked', async () => {
    const { recovery } = await rig();
    const first = await recovery.make(GUEST);
    const second = await recovery.make(GUEST);
    await expect(recovery.open(first)).rejects.toMatchObject(REFUSED);
    expect(await recovery.open(second)).toBe(GUEST);
    await recovery.revoke(GUEST);
    await recovery.revoke(GUEST);
    await expect(recovery.open(second)).rejects.toMatchObject(REFUSED);
  });

  it('is for guests who have something', async () => {
    const { state, recovery } = await rig();
    await expect(recovery.make(ANNA)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(recovery.make(STRANGER)).rejects.toMatchObject({ code: 'forbidden' });
    await recovery.revoke(STRANGER);
    expect(await state.readOwner(STRANGER)).toBeUndefined();
  });

  it.each([[null], [7], [{}], [{ hash: 'x' }], [{ hash: 7 }]])(
    'of a document that says %j there is none',
    async (kept) => {
      const { state, recovery } = await rig();
      const code = await recovery.make(GUEST);
      await state.updateOwner(GUEST, () => ({ recovery: kept }));
      await expect(recovery.open(code)).rejects.toMatchObject(REFUSED);
    },
  );
});
