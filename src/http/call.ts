import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from 'hono';
import { KirokuError } from '../domain/errors.ts';
import type { Owner } from '../domain/owner.ts';
import type { AdminSession } from '../services/admin-session.ts';

/** How a caller proved itself. */
export type Role = 'browser' | 'service' | 'admin';

/** One request: what the server knows of it from its first line to its log line. */
export interface Call {
  /** Made by us; never taken from a client. */
  readonly id: string;
  /** As sent, without PUBLIC_URL's path, never decoded. */
  readonly path: string;
  /** With the question mark; empty when there is none. */
  readonly search: string;
  /** Template of the route that answered; a metric's label, so never a client's text. */
  route: string;
  role: Role | undefined;
  /** Whose pictures it is about; where an owner was moved, who has them now. */
  owner: Owner | undefined;
  /** Whom the cookie or the caller named, before a move was followed. */
  named: Owner | undefined;
  /** The guest whose cookie a member's browser still has: its pictures can be claimed. */
  guest: Owner | undefined;
  /** What an admin without the token proved itself by. */
  adminSession: AdminSession | undefined;
  /** To be sent with the answer, whatever it is. */
  setCookie: string | undefined;
  /** A failure that was answered, for the log. */
  error: KirokuError | undefined;
}

export interface Bindings {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly call: Call;
  /** The server does not close before this has ended: work that may outlive the answer, or the connection. */
  readonly hold: (work: Promise<unknown>) => void;
}

export type AppEnv = { Bindings: Bindings };
export type Ctx = Context<AppEnv>;
export type Answer = Response | Promise<Response>;
export type Handle = (c: Ctx, call: Call) => Answer;

const UNMATCHED = 'unmatched';

/** Reads a request target as sent: origin form or absolute form (RFC 9112 §3.2). */
export function beginCall(id: string, url: string, basePath: string): Call {
  const target = url.charCodeAt(0) === 47 ? url : originForm(url);
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  return {
    id,
    path: stripBase(path, basePath),
    search: mark === -1 ? '' : target.slice(mark),
    route: UNMATCHED,
    role: undefined,
    owner: undefined,
    named: undefined,
    guest: undefined,
    adminSession: undefined,
    setCookie: undefined,
    error: undefined,
  };
}

function originForm(url: string): string {
  const scheme = url.indexOf('://');
  const slash = scheme === -1 ? -1 : url.indexOf('/', scheme + 3);
  return slash === -1 ? '/' : url.slice(slash);
}

/** The prefix is taken off where it is there, so a proxy may strip it or not. */
function stripBase(path: string, basePath: string): string {
  if (basePath === '' || !path.startsWith(basePath)) return path;
  const rest = path.slice(basePath.length);
  if (rest === '') return '/';
  return rest.charCodeAt(0) === 47 ? rest : path;
}

/** Which admin calls: a session's name, or `token`. No secret. */
export function sessionOf({ adminSession }: Call): string {
  return adminSession?.sid ?? 'token';
}

/** Whose pictures the call is about. @throws KirokuError `owner_required` */
export function ownerOf(call: Call): Owner {
  if (call.owner === undefined) {
    throw new KirokuError('owner_required', 'Say whose pictures: ?owner= or the header X-User-Id.');
  }
  return call.owner;
}
