import { createRoute, z } from '@hono/zod-openapi';
import { isKirokuError, KirokuError } from '../../domain/errors.ts';
import { isGuest, type Owner } from '../../domain/owner.ts';
import type { Audit } from '../../services/audit.ts';
import type { Identity } from '../../services/identity.ts';
import type { Moved } from '../../services/moved.ts';
import type { Ownership } from '../../services/ownership.ts';
import { opensNothing, type Recovery } from '../../services/recovery.ts';
import { type Call, ownerOf } from '../call.ts';
import type { HttpConfig } from '../deps.ts';
import { readJson } from '../json-body.ts';
import type { Kit } from '../kit.ts';
import { addressBucket, type Origins } from '../middleware/client-address.ts';
import type { Cookies } from '../middleware/identity.ts';
import { createRateLimit } from '../middleware/rate-limit.ts';
import { respondJson } from '../respond.ts';
import { Me, Ok } from '../schemas.ts';
import { answers, body, json } from './parts.ts';

export interface RecoveryRouteDeps {
  readonly config: Pick<HttpConfig, 'auth'>;
  readonly recovery: Recovery;
  readonly ownership: Ownership;
  readonly moved: Moved;
  readonly audit: Audit;
  readonly identity: Identity;
  readonly cookies: Cookies;
  readonly origins: Origins;
  /** ms since the epoch. */
  readonly now: () => number;
  readonly shutdown: AbortSignal;
}

/** From one address, right or wrong: 128 bits are not guessed, but each try costs a read. */
const TRIES_PER_MINUTE = 10;
const WRITE = { who: 'owner', write: true } as const;
const tags = ['identity'];

const Code = z
  .object({ code: z.string().openapi({ description: 'Shown this once.' }) })
  .openapi('RecoveryCode');
const RecoverBody = z
  .strictObject({
    code: z.string().max(200),
    merge: z.boolean().optional().openapi({
      description:
        'What to do with pictures of this browser: true takes them along, false leaves them behind.',
    }),
  })
  .openapi('Recover');

/** A guest's way into another browser. */
export function recoveryRoutes(kit: Kit, deps: RecoveryRouteDeps) {
  const { recovery, audit } = deps;
  const tries = createRateLimit({
    perMinute: TRIES_PER_MINUTE,
    now: deps.now,
    message: 'Too many codes from this address.',
  });
  return [
    kit.serve(
      createRoute({
        method: 'post',
        path: '/api/v1/me/recovery-code',
        tags,
        summary: 'A code that brings these pictures into another browser; the one before ends',
        responses: answers({ 201: json(Code, 'To be written down.') }),
      }),
      WRITE,
      async (_c, call) => {
        const guest = guestOf(call);
        const code = await recovery.make(guest);
        await audit.record({ actor: 'owner', action: 'recovery-code', owner: call.owner, detail: {} });
        return respondJson(call, 201, { code });
      },
    ),
    kit.serve(
      createRoute({
        method: 'delete',
        path: '/api/v1/me/recovery-code',
        tags,
        summary: 'The code opens nothing any more',
        responses: answers({ 200: json(Ok, 'Whether there was one or not.') }),
      }),
      WRITE,
      async (_c, call) => {
        await recovery.revoke(guestOf(call));
        return respondJson(call, 200, { ok: true });
      },
    ),
    kit.serve(
      createRoute({
        method: 'post',
        path: '/api/v1/me/recover',
        tags,
        summary: 'This browser becomes the guest whose code it is',
        request: { body: body(RecoverBody) },
        responses: answers({ 200: json(Me, 'Whom the cookie of this answer stands for.') }),
      }),
      WRITE,
      async (c, call) => {
        guestOf(call);
        tries.take(addressBucket(deps.origins.address(c.env.incoming)));
        const { code, merge } = await readJson(c.env.incoming, RecoverBody);
        const guest = await recovery.open(code);
        const owner = await deps.moved.resolve(guest);
        // where members sign in, a guest's code is no member's login
        if (deps.config.auth.mode !== 'none' && !isGuest(owner)) throw opensNothing();
        if (owner !== call.owner) await settleOwn(deps, ownerOf(call), owner, merge);
        await audit.record({ actor: 'owner', action: 'recover', owner, detail: { merged: merge === true } });
        call.setCookie = deps.cookies.line(deps.identity.issue(guest).value, c.env.incoming);
        return respondJson(call, 200, { owner, kind: isGuest(owner) ? 'guest' : 'member', claimable: 0 });
      },
    ),
  ] as const;
}

/** The guest whose cookie was shown. @throws KirokuError `forbidden` for whoever is none */
function guestOf(call: Call): Owner {
  if (call.role === 'browser' && call.named !== undefined && isGuest(call.named)) return call.named;
  throw new KirokuError('forbidden', 'Only a guest, in the own browser.');
}

/**
 * The cookie of this browser is about to be replaced: nobody would ever see its pictures again. So it is said, and not
 * guessed, what becomes of them.
 * @throws KirokuError `merge_undecided`, `forbidden`
 */
async function settleOwn(
  { ownership, audit, shutdown }: RecoveryRouteDeps,
  own: Owner,
  to: Owner,
  merge: boolean | undefined,
): Promise<void> {
  if (merge === false) return;
  const plan = await ownership.plan(own, to).catch((error: unknown) => {
    if (isKirokuError(error, 'not_found')) return undefined;
    throw error;
  });
  if (plan === undefined) return;
  if (merge === undefined) {
    throw new KirokuError(
      'merge_undecided',
      'This browser has pictures of its own: say "merge": true or false.',
      {
        details: { field: 'merge' },
      },
    );
  }
  if (!isGuest(own)) throw new KirokuError('forbidden', 'Only what is a guest’s can be taken along.');
  await audit.record({ actor: 'owner', action: 'transfer', owner: own, detail: { to, count: plan.count } });
  await ownership.transfer(own, to, shutdown);
}
