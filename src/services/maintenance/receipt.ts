import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign, verify } from 'node:crypto';
import type { PictureId } from '../../domain/id.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Kind } from '../../domain/kind.ts';
import type { Owner } from '../../domain/owner.ts';
import { isoOf } from '../../domain/time.ts';

export interface ReceiptPicture {
  readonly kind: Kind;
  readonly id: PictureId;
  readonly sha256: string;
  readonly bytes: number;
}

export interface ReceiptFacts {
  readonly action: 'export' | 'erase';
  readonly owner: Owner;
  /** Of the tree. */
  readonly volume: string;
  /** ms since the epoch. */
  readonly at: number;
  readonly pictures: readonly ReceiptPicture[];
}

export interface Receipts {
  /** What was done to whose pictures, as a document that nobody can change unseen. */
  sign(facts: ReceiptFacts): JsonObject;
}

const VERSION = 1;
const PURPOSE = 'kiroku receipt v1';
/** PKCS #8 around an Ed25519 seed (RFC 8410, section 7). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * Receipts are signed with Ed25519 (RFC 8032); the key is derived (RFC 5869) from the tree's first cookie secret, so
 * there is none to be kept beside it, and a receipt says nothing of it. Whoever knows the public key can check one.
 */
export function createReceipts(secret: string): Receipts {
  const seed = Buffer.from(hkdfSync('sha256', secret, '', PURPOSE, 32));
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key);
  return {
    sign({ action, owner, volume, at, pictures }) {
      const document = {
        v: VERSION,
        action,
        user_id: owner,
        volume,
        at: isoOf(at),
        count: pictures.length,
        bytes: pictures.reduce((sum, { bytes }) => sum + bytes, 0),
        pictures: pictures.map(({ kind, id, sha256, bytes }) => ({ kind, id, sha256, bytes })),
        key: rawKey(publicKey),
      };
      return { ...document, signature: sign(null, bytesOf(document), key).toString('base64') };
    },
  };
}

/** Whether the receipt is as it was signed, with the key that it names. */
export function isGenuine({ signature, ...document }: JsonObject): boolean {
  const { key } = document;
  if (typeof signature !== 'string' || typeof key !== 'string') return false;
  try {
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key }, format: 'jwk' });
    return verify(null, bytesOf(document), publicKey, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}

/** Its members in the order in which they stand. */
function bytesOf(document: JsonObject): Buffer {
  return Buffer.from(JSON.stringify(document));
}

/** The 32 bytes of a public key, base64url. */
function rawKey(key: KeyObject): string {
  return key.export({ format: 'jwk' }).x ?? '';
}
