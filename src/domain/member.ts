import { createHash } from 'node:crypto';
import { isGuest, isOwner, type Owner } from './owner.ts';

/** Names that stand for others by their digest: nobody may be called so. */
const DIGEST_NAME = /^u-[0-9a-f]{32}$/;
const MAX_SUBJECT = 512;

/**
 * The owner of a member whom a proxy or an identity provider calls by this name. A name that is an owner's stays as it
 * is; any other (capitals, an e-mail address, a guest's form) becomes `u-` and 32 hex of its SHA-256. So two names never
 * share a library: letters are not folded, and no name can be chosen that is another one's digest.
 * @returns undefined for an empty or overlong name, and one with control characters, half surrogates or blanks around it
 */
export function memberOf(subject: string): Owner | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are refused
  if (subject === '' || subject.length > MAX_SUBJECT || /[\u0000-\u001f\u007f]/.test(subject))
    return undefined;
  // a digest is over UTF-8, in which half surrogates are all one
  if (subject.trim() !== subject || !subject.isWellFormed()) return undefined;
  if (isOwner(subject) && !isGuest(subject) && !DIGEST_NAME.test(subject)) return subject;
  const owner = `u-${createHash('sha256').update(`kiroku/member/v1\n${subject}`).digest('hex').slice(0, 32)}`;
  return isOwner(owner) ? owner : undefined;
}
