import { createRoute, z } from '@hono/zod-openapi';
import { KirokuError } from '../../domain/errors.ts';
import { isoOf } from '../../domain/time.ts';
import type { AdminSession, AdminSessions } from '../../services/admin-session.ts';
import type { Audit } from '../../services/audit.ts';
import type { Kit } from '../kit.ts';
import type { AdminCookie } from '../middleware/admin-cookie.ts';
import { respondJson } from '../respond.ts';
import { Ok } from '../schemas.ts';
import { answers, json } from './parts.ts';

export interface AdminSessionDeps {
  readonly sessions: AdminSessions;
  readonly adminCookie: AdminCookie;
  readonly audit: Audit;
  readonly version: string;
}

const ADMIN = { who: 'admin' } as const;
const ADMIN_WRITE = { who: 'admin', write: true } as const;
const tags = ['admin'];
const Session = z
  .object({
    by: z.enum(['session', 'token']),
    expires_at: z
      .string()
      .nullable()
      .openapi({ description: 'If it is not used before; null for the token.' }),
    version: z.string().openapi({ description: 'Of the server: for administrators alone.' }),
  })
  .openapi('AdminSession');

/** Who shows the admin token once may use the web pages for a while. */
export function adminSessionRoutes(kit: Kit, { sessions, adminCookie, audit, version }: AdminSessionDeps) {
  const record = (action: string, { sid }: AdminSession) =>
    audit.record({ actor: 'admin', action, owner: undefined, detail: { session: sid.slice(0, 8) } });
  return [
    kit.serve(
      createRoute({
        method: 'post',
        path: '/api/v1/admin/session',
        tags,
        summary: 'With the admin token: a cookie for the web pages, for an hour after its last use',
        responses: answers({ 201: json(Session, 'It goes on.') }),
      }),
      ADMIN_WRITE,
      async (c, call) => {
        // a session that begot sessions would never end
        if (call.adminSession !== undefined) {
          throw new KirokuError('unauthorized', 'The admin token is needed here.');
        }
        const { session, value } = sessions.begin();
        await record('session-begin', session);
        call.setCookie = adminCookie.line(value, c.env.incoming);
        return respondJson(call, 201, { by: 'session', expires_at: isoOf(session.expires), version });
      },
    ),
    kit.serve(
      createRoute({
        method: 'get',
        path: '/api/v1/admin/session',
        tags,
        summary: 'Whether there is one, and for how long',
        responses: answers({ 200: json(Session, 'The caller is an admin.') }),
      }),
      ADMIN,
      (_c, call) => {
        const { adminSession: session } = call;
        const answer = { by: session === undefined ? 'token' : 'session' };
        return respondJson(call, 200, {
          ...answer,
          expires_at: session === undefined ? null : isoOf(session.expires),
          version,
        });
      },
    ),
    kit.serve(
      createRoute({
        method: 'delete',
        path: '/api/v1/admin/session',
        tags,
        summary: 'Ends it; the browser also forgets the pictures it has kept',
        responses: answers({ 200: json(Ok, 'It has ended.') }),
      }),
      ADMIN_WRITE,
      async (c, call) => {
        // with the token too: the browser's own session is what it wants to be rid of
        const session = call.adminSession ?? adminCookie.find(c.env.incoming);
        if (session !== undefined) {
          sessions.end(session);
          await record('session-end', session);
        }
        call.setCookie = adminCookie.line(undefined, c.env.incoming);
        return respondJson(call, 200, { ok: true }, { 'Clear-Site-Data': '"cache"' });
      },
    ),
  ] as const;
}
