import { createHash, timingSafeEqual } from 'node:crypto';
import type { Catalog } from '../catalog/catalog.ts';
import { KirokuError, volumeMissing } from '../domain/errors.ts';
import { isJsonObject } from '../domain/json.ts';
import { isGuest, isOwner, type Owner } from '../domain/owner.ts';
import { isoOf } from '../domain/time.ts';
import type { StateStore } from '../state/state-store.ts';

/** A code that brings a guest's pictures into another browser. Whoever has it is that guest: it is shown once. */
export interface Recovery {
  /**
   * A new code; the one before opens nothing any more. Durable when it resolves.
   * @throws KirokuError `forbidden` for a member, and for a guest without anything to recover
   */
  make(owner: Owner): Promise<string>;
  /** Idempotent. */
  revoke(owner: Owner): Promise<void>;
  /** Whose code it is. @throws KirokuError `forbidden`, the same for whatever is wrong with it */
  open(code: string): Promise<Owner>;
}

export interface RecoveryDeps {
  readonly state: StateStore;
  readonly catalog: Pick<Catalog, 'version'>;
  /** ms since the epoch. */
  readonly now: () => number;
  /** That many random bytes. */
  readonly random: (bytes: number) => Uint8Array;
  /** Whether the volume is there: nothing is written beside it. */
  readonly present: () => Promise<boolean>;
}

const PURPOSE = 'kiroku/recovery-code/v1';
/** Crockford's: no letter looks like a digit (https://www.crockford.com/base32.html). */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const PREFIX = 'KR1';
const OWNER_BYTES = 16;
const SECRET_BYTES = 16;
const LENGTH = Math.ceil(((OWNER_BYTES + SECRET_BYTES) * 8) / 5);

/**
 * The code holds the guest's name and 128 random bits; `owner.json` keeps a digest of them, which for so many bits needs
 * neither salt nor stretching.
 */
export function createRecovery({ state, catalog, now, random, present }: RecoveryDeps): Recovery {
  const update = async (
    owner: Owner,
    recovery: { hash: string; created_at: string } | null,
  ): Promise<void> => {
    if (!(await present())) {
      throw volumeMissing();
    }
    await state.updateOwner(owner, (current) => ({ ...current, recovery }));
  };

  return {
    async make(owner) {
      if (!isGuest(owner)) throw new KirokuError('forbidden', 'Members sign in: there is no code for them.');
      if ((await catalog.version(owner)).seq === 0 && (await state.readOwner(owner)) === undefined) {
        throw new KirokuError('forbidden', 'There is no picture yet that could be recovered.');
      }
      const secret = Buffer.from(random(SECRET_BYTES));
      await update(owner, { hash: digestOf(owner, secret).toString('hex'), created_at: isoOf(now()) });
      return spell(Buffer.concat([Buffer.from(owner.slice('anon-'.length), 'hex'), secret]));
    },

    async revoke(owner) {
      const kept = (await state.readOwner(owner))?.['recovery'];
      if (kept !== undefined && kept !== null) await update(owner, null);
    },

    async open(code) {
      const bytes = unspell(code);
      const owner = `anon-${bytes.subarray(0, OWNER_BYTES).toString('hex')}`;
      if (!isOwner(owner)) throw opensNothing();
      const kept = (await state.readOwner(owner))?.['recovery'];
      const hash = isJsonObject(kept) && typeof kept['hash'] === 'string' ? kept['hash'] : '';
      const known = /^[0-9a-f]{64}$/.test(hash);
      // compared in any case: the time tells nothing
      const given = digestOf(owner, bytes.subarray(OWNER_BYTES));
      const same = timingSafeEqual(given, known ? Buffer.from(hash, 'hex') : Buffer.alloc(given.length));
      if (!known || !same) throw opensNothing();
      return owner;
    },
  };
}

function digestOf(owner: Owner, secret: Uint8Array): Buffer {
  return createHash('sha256').update(`${PURPOSE}\n${owner}\n`).update(secret).digest();
}

/** `KR1-XXXX-XXXX-…`: five bits a character, the last one filled up with zeros. */
function spell(bytes: Buffer): string {
  const bits = BigInt(`0x${bytes.toString('hex')}`) << BigInt(LENGTH * 5 - bytes.length * 8);
  let text = '';
  for (let at = LENGTH - 1; at >= 0; at -= 1) text += DIGITS[Number((bits >> BigInt(at * 5)) & 31n)] ?? '';
  return [PREFIX, ...(text.match(/.{4}/g) ?? [])].join('-');
}

/** As a person may type it: any case, with or without dashes and spaces, O for 0, I or L for 1. */
function unspell(code: string): Buffer {
  const plain = code.toUpperCase().replaceAll(/[\s-]/g, '');
  const text = plain.replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  if (!text.startsWith(PREFIX) || text.length !== PREFIX.length + LENGTH) throw opensNothing();
  let bits = 0n;
  for (const letter of text.slice(PREFIX.length)) {
    const value = DIGITS.indexOf(letter);
    if (value === -1) throw opensNothing();
    bits = (bits << 5n) | BigInt(value);
  }
  const spare = BigInt(LENGTH * 5 - (OWNER_BYTES + SECRET_BYTES) * 8);
  if ((bits & ((1n << spare) - 1n)) !== 0n) throw opensNothing();
  return Buffer.from((bits >> spare).toString(16).padStart((OWNER_BYTES + SECRET_BYTES) * 2, '0'), 'hex');
}

/** The same for whatever is wrong with a code. */
export function opensNothing(): KirokuError {
  return new KirokuError('forbidden', 'This code opens nothing.');
}
