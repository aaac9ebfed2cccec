import { isPictureId, type PictureId } from '../../src/domain/id.ts';
import { isOwner, type Owner } from '../../src/domain/owner.ts';

const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';

/** A text as an id; throws when it is none. */
export function asId(text: string): PictureId {
  if (!isPictureId(text)) throw new Error(`not an id: ${text}`);
  return text;
}

/** A text as an owner; throws when it is none. */
export function asOwner(text: string): Owner {
  if (!isOwner(text)) throw new Error(`not an owner: ${text}`);
  return text;
}

/** The `n`th id of a fixed row: ULIDs, rising. */
export function idOf(n: number): PictureId {
  let text = '';
  for (let rest = n; text.length < 10; rest = Math.floor(rest / 32)) text = `${DIGITS[rest % 32]}${text}`;
  return asId(`01jtest000000000${text}`);
}

/** The `n`th id of a fixed row in the earlier system's form: 32 hex. */
export function hexIdOf(n: number): PictureId {
  return asId(`${n.toString(16).padStart(8, '0')}${'0a1b2c3d4e5f6789'.repeat(2).slice(0, 24)}`);
}
