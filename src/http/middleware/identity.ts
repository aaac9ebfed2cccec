import type { IncomingMessage } from 'node:http';
import { LRUCache } from 'lru-cache';
import { isGuest, isOwner, type Owner } from '../../domain/owner.ts';
import { IDENTITY_COOKIE, type Identity } from '../../services/identity.ts';
import type { HttpConfig } from '../deps.ts';
import type { Origins } from './client-address.ts';

/** What the cookies of one request prove. */
export type CookieFinding =
  | { readonly found: 'owner'; readonly owner: Owner; readonly renew: boolean }
  /** An unsigned id of the earlier system; believed only if its folder exists. */
  | { readonly found: 'legacy'; readonly owner: Owner }
  | { readonly found: 'none' }
  /** Two different valid identities: one of them was planted, and nobody can say which. */
  | { readonly found: 'conflict' };

export interface Cookies {
  find(incoming: IncomingMessage): CookieFinding;
  /** The Set-Cookie line that gives a browser this value. */
  line(value: string, incoming: IncomingMessage): string;
}

/** Older than this, a cookie is given anew, so that a browser in use never loses its library. */
const RENEW_AFTER_MS = 30 * 86_400_000;
/** The longest that browsers keep one (400 days). */
const MAX_AGE_SECONDS = 34_560_000;
const MAX_CACHED_CHARS = 4_000_000;

export interface CookieDeps {
  readonly config: HttpConfig;
  readonly identity: Identity;
  readonly origins: Origins;
  readonly now: () => number;
}

export function createCookies(deps: CookieDeps): Cookies {
  const { config, identity, now } = deps;
  // Keyed by the whole header, so a known browser costs no parsing either. Only proven ones are kept.
  const known = new LRUCache<string, { owner: Owner; renewAt: number }>({
    maxSize: MAX_CACHED_CHARS,
    sizeCalculation: (_value, key) => key.length + 100,
  });
  const legacyOpen = () => config.legacyCookiesUntil !== undefined && now() < config.legacyCookiesUntil;

  const examine = (header: string): CookieFinding => {
    const values = valuesOf(header, IDENTITY_COOKIE);
    const proofs = values.map((value) => identity.verify(value)).filter((proof) => proof !== undefined);
    const [first] = proofs;
    if (first === undefined) return legacyOpen() ? findLegacy(values) : { found: 'none' };
    if (proofs.some((proof) => proof.owner !== first.owner)) return { found: 'conflict' };
    const newest = proofs.reduce((best, proof) => (proof.issuedAt > best.issuedAt ? proof : best), first);
    const renewAt = newest.current ? newest.issuedAt + RENEW_AFTER_MS : 0;
    known.set(header, { owner: newest.owner, renewAt });
    return { found: 'owner', owner: newest.owner, renew: now() >= renewAt };
  };

  return {
    find(incoming) {
      const header = incoming.headers.cookie;
      if (header === undefined) return { found: 'none' };
      const hit = known.get(header);
      if (hit !== undefined) return { found: 'owner', owner: hit.owner, renew: now() >= hit.renewAt };
      return examine(header);
    },
    line(value, incoming) {
      const secure = config.publicUrl?.protocol === 'https:' || deps.origins.scheme(incoming) === 'https';
      const path = config.basePath === '' ? '/' : config.basePath;
      const flags = `Max-Age=${MAX_AGE_SECONDS}; Path=${path}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
      return `${IDENTITY_COOKIE}=${value}; ${flags}`;
    },
  };
}

function findLegacy(values: readonly string[]): CookieFinding {
  const owners = [...new Set(values)].filter(isOwner).filter(isGuest);
  const [owner] = owners;
  if (owner === undefined || !isOwner(owner)) return { found: 'none' };
  return owners.length > 1 ? { found: 'conflict' } : { found: 'legacy', owner };
}

/** Every value of this name, as sent: no unquoting, no decoding, so that one identity has one spelling. */
export function valuesOf(header: string, name: string): string[] {
  const values: string[] = [];
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals !== -1 && trimmed(pair.slice(0, equals)) === name)
      values.push(trimmed(pair.slice(equals + 1)));
  }
  return values;
}

/** Without the blanks that may stand there (RFC 6265 §5.2); `trim` takes more for blank, a no-break space for one. */
function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isBlank(text, start)) start += 1;
  while (end > start && isBlank(text, end - 1)) end -= 1;
  return text.slice(start, end);
}

function isBlank(text: string, at: number): boolean {
  return text[at] === ' ' || text[at] === '\t';
}
