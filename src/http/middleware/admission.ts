import type { IncomingMessage } from 'node:http';
import { KirokuError, notFound } from '../../domain/errors.ts';
import { isGuest, isOwner, type Owner } from '../../domain/owner.ts';
import type { Call } from '../call.ts';
import type { AppDeps } from '../deps.ts';
import type { AdminCookie } from './admin-cookie.ts';
import { addressBucket, type Origins } from './client-address.ts';
import { createCrossSite } from './cross-site.ts';
import type { Cookies } from './identity.ts';
import type { Members } from './member.ts';
import { createRateLimit } from './rate-limit.ts';
import { createTokenCheck } from './tokens.ts';

/**
 * Who may call a route:
 * `public` anybody, uncounted · `owner` a browser or the service, about one owner · `service` the service alone ·
 * `file` as `owner`, and the admin; nobody is given an identity there · `admin` the admin alone, by token or by the
 * session that it began · `metrics` the admin's or the metrics token · `share` whoever has the link in the path: counted by address, and nobody's cookie is looked at.
 */
export interface Access {
  readonly who: 'public' | 'owner' | 'service' | 'file' | 'admin' | 'share' | 'metrics';
  readonly write?: boolean;
  /** The service may name the owner in the body instead. */
  readonly ownerInBody?: boolean;
}

/** Decides before a byte of the body is read. Fills in `call.role`, `call.owner` and `call.setCookie`, or throws. */
export interface Admission {
  admit(incoming: IncomingMessage, call: Call, access: Access): undefined | Promise<void>;
}

const TOKEN_FAILURES_PER_MINUTE = 20;
const READ_METHODS = ['GET', 'HEAD'];

export interface AdmissionDeps extends AppDeps {
  readonly origins: Origins;
  readonly adminCookie: AdminCookie;
  readonly cookies: Cookies;
  readonly members: Members;
}

export function createAdmission(deps: AdmissionDeps): Admission {
  const { config, now, identity, origins, adminCookie, cookies, members } = deps;
  const crossSite = createCrossSite(config, origins);
  const limit = (perMinute: number, message: string) => createRateLimit({ perMinute, now, message });
  const perAddress = limit(config.rateLimits.perAddress, 'Too many requests from this address.');
  const perOwner = limit(config.rateLimits.perOwner, 'Too many requests.');
  const newIdentities = limit(config.rateLimits.newIdentities, 'Too many new visitors from this address.');
  const tokenFailures = limit(TOKEN_FAILURES_PER_MINUTE, 'Too many wrong tokens from this address.');
  const tokens = createTokenCheck(deps.tokens, tokenFailures);
  const bucketOf = (incoming: IncomingMessage) => addressBucket(origins.address(incoming));

  const admitBearer = (incoming: IncomingMessage, call: Call, access: Access, authorization: string) => {
    const role = tokens.roleOf(authorization, bucketOf(incoming));
    if (access.who === 'metrics') {
      if (role === 'service') throw new KirokuError('forbidden', 'This token does not open this.');
      call.role = 'admin';
      return;
    }
    if (role === 'admin' && (access.who === 'file' || access.who === 'admin')) {
      call.role = 'admin';
      return;
    }
    if (role !== 'service' || access.who === 'admin')
      throw new KirokuError('forbidden', 'This token does not open this.');
    call.role = 'service';
    call.owner = namedOwner(incoming, call.search);
    if (call.owner === undefined && access.who === 'file') throw notFound();
    if (call.owner === undefined && access.ownerInBody !== true) {
      throw new KirokuError('owner_required', 'Say whose pictures: ?owner= or the header X-User-Id.');
    }
  };

  const known = (call: Call, owner: Owner) => {
    perOwner.take(owner);
    call.role = 'browser';
    call.owner = owner;
  };

  /** A browser without a proof of who it is. */
  const admitStranger = (incoming: IncomingMessage, call: Call, access: Access) => {
    if (access.who === 'file') throw notFound();
    if (crossSite.isEmbedded(incoming)) {
      throw new KirokuError('identity_required', 'Open this site itself first.');
    }
    newIdentities.take(bucketOf(incoming));
    const issued = identity.create();
    call.setCookie = cookies.line(issued.value, incoming);
    if (access.write === true) {
      throw new KirokuError(
        'identity_required',
        'Nothing was stored. Send it again with the cookie of this answer.',
      );
    }
    call.role = 'browser';
    call.owner = issued.owner;
  };

  const admitLegacy = async (incoming: IncomingMessage, call: Call, access: Access, owner: Owner) => {
    if (!(await deps.ownerExists(owner))) {
      admitStranger(incoming, call, access);
      return;
    }
    known(call, owner);
    if (access.who !== 'file') call.setCookie = cookies.line(identity.issue(owner).value, incoming);
  };

  /** False without an admin's session: the call may still be somebody else's. */
  const admitAdmin = (incoming: IncomingMessage, call: Call, access: Access): boolean => {
    const session = adminCookie.find(incoming);
    if (session === undefined) return false;
    if (access.write === true) crossSite.refuseWrite(incoming);
    perAddress.take(bucketOf(incoming));
    call.role = 'admin';
    call.adminSession = session;
    if (access.who === 'file') return true;
    const renewed = deps.adminSessions.renew(session);
    if (renewed !== undefined) call.setCookie = adminCookie.line(renewed, incoming);
    return true;
  };

  const admitBrowser = (incoming: IncomingMessage, call: Call, access: Access): undefined | Promise<void> => {
    const mayBeAdmin = access.who === 'admin' || access.who === 'file';
    if (mayBeAdmin && admitAdmin(incoming, call, access)) return undefined;
    if (access.who === 'metrics' || access.who === 'service' || access.who === 'admin') {
      throw new KirokuError('unauthorized', 'A token is needed here.');
    }
    if (access.write === true) crossSite.refuseWrite(incoming);
    perAddress.take(bucketOf(incoming));
    const member = members.find(incoming);
    if (member instanceof Promise) return member.then((owner) => admitMember(incoming, call, owner));
    if (member !== undefined) return admitMember(incoming, call, member);
    return admitGuest(incoming, call, access);
  };

  /** Somebody who signed in, and the guest that this browser was before. */
  const admitMember = (incoming: IncomingMessage, call: Call, owner: Owner): undefined => {
    known(call, owner);
    const finding = cookies.find(incoming);
    if (finding.found === 'owner') call.guest = finding.owner;
    return undefined;
  };

  const admitGuest = (incoming: IncomingMessage, call: Call, access: Access): undefined | Promise<void> => {
    const finding = cookies.find(incoming);
    switch (finding.found) {
      case 'owner':
        known(call, finding.owner);
        if (finding.renew && access.who !== 'file') {
          call.setCookie = cookies.line(identity.issue(finding.owner).value, incoming);
        }
        break;
      case 'legacy':
        return admitLegacy(incoming, call, access, finding.owner);
      case 'none':
        admitStranger(incoming, call, access);
        break;
      case 'conflict':
        // No fresh cookie: it would overwrite the one of the two that is the user's own.
        if (access.who === 'file') throw notFound();
        throw new KirokuError(
          'identity_required',
          'Two different identities were sent: clear the cookies of this site.',
        );
    }
    return undefined;
  };

  /** Whoever was moved acts as who has the pictures now. Nearly everybody is known, and nothing is waited for. */
  const followMove = (incoming: IncomingMessage, call: Call, access: Access): undefined | Promise<void> => {
    const { owner } = call;
    call.named = owner;
    if (owner === undefined) return undefined;
    const follow = (end: Owner) => {
      call.owner = end;
      // Where members sign in, the cookie of a guest whose pictures were claimed is nobody's login.
      if (members.exist && call.role === 'browser' && isGuest(owner) && !isGuest(end)) {
        admitStranger(incoming, call, access);
        call.named = call.owner;
      }
      if (call.role === 'browser') refuseOtherOwner(incoming, call);
    };
    const known = deps.moved.peek(owner);
    if (known === undefined) return deps.moved.resolve(owner).then(follow);
    follow(known);
    return undefined;
  };

  return {
    admit(incoming, call, access) {
      if (access.who === 'public') return undefined;
      const write = !READ_METHODS.includes(incoming.method ?? '');
      if (write && deps.shutdown.aborted) {
        throw new KirokuError('draining', 'The server is stopping.', { details: { retryAfter: 5 } });
      }
      if (access.who === 'share') {
        perAddress.take(bucketOf(incoming));
        return undefined;
      }
      const authorization = incoming.headers.authorization;
      const isLogin =
        authorization === undefined || (members.isLogin(authorization) && !tokens.knows(authorization));
      if (!isLogin) admitBearer(incoming, call, access, authorization);
      else {
        const waiting = admitBrowser(incoming, call, access);
        if (waiting !== undefined) return waiting.then(() => followMove(incoming, call, access));
      }
      return followMove(incoming, call, access);
    },
  };
}

/** Whom `?owner=` and `X-User-Id` name; they must agree. @throws KirokuError `owner_mismatch`, `invalid_parameter` */
function namedOwner(incoming: IncomingMessage, search: string): Owner | undefined {
  const named = search.includes('owner=') ? new URLSearchParams(search).getAll('owner') : [];
  const header = incoming.headers['x-user-id'];
  if (header !== undefined) named.push(String(header));
  return agreedOwner(named);
}

/** One owner named by every given text. @throws KirokuError `owner_mismatch`, `invalid_parameter` */
export function agreedOwner(named: readonly string[]): Owner | undefined {
  const [first] = named;
  if (first === undefined) return undefined;
  if (named.some((other) => other !== first)) {
    throw new KirokuError('owner_mismatch', 'The owners named in this request differ.', {
      details: { field: 'owner' },
    });
  }
  if (!isOwner(first)) {
    throw new KirokuError('invalid_parameter', 'owner: lower-case letters, digits, _ and -, at most 64.', {
      details: { field: 'owner' },
    });
  }
  return first;
}

/** A browser acts for itself: naming somebody else is refused, not ignored. */
function refuseOtherOwner(incoming: IncomingMessage, call: Call): void {
  if (incoming.headers['x-user-id'] === undefined && !call.search.includes('owner=')) return;
  const named = namedOwner(incoming, call.search);
  if (named !== undefined && named !== call.owner && named !== call.named) {
    throw new KirokuError('owner_mismatch', 'A browser can act for itself only.', {
      details: { field: 'owner' },
    });
  }
}
