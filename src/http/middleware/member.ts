import type { IncomingMessage } from 'node:http';
import { KirokuError } from '../../domain/errors.ts';
import { memberOf } from '../../domain/member.ts';
import type { Owner } from '../../domain/owner.ts';
import { type JwtVerifier, looksLikeJwt } from '../../services/jwt.ts';
import type { HttpConfig } from '../deps.ts';
import type { Origins } from './client-address.ts';
import { valuesOf } from './identity.ts';

/** Which member a request comes from, by whatever `AUTH` says. */
export interface Members {
  /** False with `AUTH=none`: then a guest's cookie is the only proof there is, and stands for whoever it was moved to. */
  readonly exist: boolean;
  /** Whether this header is a login's, and none of our own tokens. */
  isLogin(authorization: string): boolean;
  /**
   * Undefined for whoever shows nothing.
   * @throws KirokuError `unauthorized` for a login that is not accepted: never silently a guest
   */
  find(incoming: IncomingMessage): Owner | undefined | Promise<Owner>;
}

export interface MemberDeps {
  readonly auth: HttpConfig['auth'];
  readonly origins: Origins;
  /** Needed with `AUTH=jwt`. */
  readonly verifier: JwtVerifier | undefined;
}

const BEARER = /^bearer +(\S+)$/i;

export function createMembers({ auth, origins, verifier }: MemberDeps): Members {
  if (auth.mode === 'proxy') {
    const { header } = auth;
    return {
      exist: true,
      isLogin: () => false,
      find(incoming) {
        const name = incoming.headers[header];
        // From anybody but our proxy it is a visitor's own text, and as if it were not there.
        if (name === undefined || name === '' || !origins.fromProxy(incoming)) return undefined;
        return memberNamed(headerText(String(name)));
      },
    };
  }
  if (auth.mode === 'jwt' && verifier !== undefined) {
    const { cookie } = auth;
    return {
      exist: true,
      isLogin: (authorization) => looksLikeJwt(BEARER.exec(authorization)?.[1] ?? ''),
      find(incoming) {
        const token = tokenOf(incoming, cookie);
        return token === undefined ? undefined : verifier.subject(token).then(memberNamed);
      },
    };
  }
  return { exist: false, isLogin: () => false, find: () => undefined };
}

/** The header decides where both are there. @throws KirokuError `unauthorized` for two different cookies */
function tokenOf(incoming: IncomingMessage, cookie: string | undefined): string | undefined {
  const { authorization } = incoming.headers;
  if (authorization !== undefined) return BEARER.exec(authorization)?.[1];
  if (cookie === undefined) return undefined;
  const [token, other] = new Set(valuesOf(incoming.headers.cookie ?? '', cookie));
  if (other !== undefined) throw refused();
  return token === '' ? undefined : token;
}

/** Node reads headers as Latin-1; proxies send UTF-8. What is not, stays as it was read. */
function headerText(header: string): string {
  const bytes = Buffer.from(header, 'latin1');
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : header;
}

function memberNamed(subject: string): Owner {
  const owner = memberOf(subject);
  if (owner === undefined) throw refused();
  return owner;
}

function refused(): KirokuError {
  return new KirokuError('unauthorized', 'This login is not accepted. Sign in again.');
}
