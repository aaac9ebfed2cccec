import type { IncomingMessage } from 'node:http';
import type { AdminSession, AdminSessions } from '../../services/admin-session.ts';
import type { HttpConfig } from '../deps.ts';
import type { Origins } from './client-address.ts';
import { valuesOf } from './identity.ts';

/** The admin's session as a cookie. */
export interface AdminCookie {
  find(incoming: IncomingMessage): AdminSession | undefined;
  /** The Set-Cookie line that gives a browser this value; takes it away without one. */
  line(value: string | undefined, incoming: IncomingMessage): string;
}

const NAME = 'kiroku_admin';
/** Browsers take this prefix from https only, for this very host and its root only: nobody else can plant one. */
const SECURE_NAME = `__Host-${NAME}`;

export function createAdminCookie(
  { publicUrl }: Pick<HttpConfig, 'publicUrl'>,
  sessions: Pick<AdminSessions, 'verify'>,
  origins: Origins,
): AdminCookie {
  const isSecure = (incoming: IncomingMessage): boolean =>
    publicUrl?.protocol === 'https:' || origins.scheme(incoming) === 'https';
  return {
    find(incoming) {
      const header = incoming.headers.cookie;
      if (header?.includes(NAME) !== true) return undefined;
      const values = valuesOf(header, isSecure(incoming) ? SECURE_NAME : NAME);
      for (const value of values) {
        const session = sessions.verify(value);
        if (session !== undefined) return session;
      }
      return undefined;
    },
    line(value, incoming) {
      const secure = isSecure(incoming);
      // without Max-Age the browser forgets it when it is closed; the value says itself how long it is good
      const life = value === undefined ? '; Max-Age=0' : '';
      const flags = `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}${life}`;
      return `${secure ? SECURE_NAME : NAME}=${value ?? ''}; ${flags}`;
    },
  };
}
