import { z } from '@hono/zod-openapi';
import { notFound } from '../../domain/errors.ts';
import { isPictureId, type PictureId } from '../../domain/id.ts';
import { isOwner, type Owner } from '../../domain/owner.ts';
import type { BulkAction } from '../../services/services.ts';
import type { Ctx } from '../call.ts';
import { PROBLEM_TYPE } from '../errors.ts';
import { type BulkBody, ProblemBody } from '../schemas.ts';
import { LINES } from '../work.ts';

/** Pieces of route descriptions. */

export const OwnerQuery = z.object({
  owner: z
    .string()
    .max(64)
    .optional()
    .openapi({ description: 'With a service token: whose pictures. X-User-Id says the same.' }),
});

/** An owner that an admin names. */
export const UserId = z.string().refine(isOwner, 'user_id: lower-case letters, digits, _ and -, at most 64.');

/** Whom an admin asked about, if anybody. */
export function ownerIn({ user_id: owner }: { readonly user_id?: string | undefined }): { owner?: Owner } {
  return owner === undefined || !isOwner(owner) ? {} : { owner };
}

export const IdParam = z.object({ id: z.string() });

/** The id in the path; one that is no id is as unknown as any other. @throws KirokuError `not_found` */
export function idOf(c: Ctx): PictureId {
  const id = c.req.param('id') ?? '';
  if (!isPictureId(id)) throw notFound();
  return id;
}

export const UploadQuery = OwnerQuery.extend({
  dedupe: z
    .enum(['0', '1'])
    .optional()
    .openapi({ description: '1: give back the newest picture with these bytes.' }),
});

export const UploadHeaders = z.object({
  'idempotency-key': z.string().min(1).max(255).optional(),
});

export function json<S extends z.ZodType>(schema: S, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** The same, and for a caller who accepts them lines that tell how far it is. */
export function worked<S extends z.ZodType>(schema: S, description: string) {
  return {
    description: `${description} With \`Accept: ${LINES}\`: lines of JSON, \`{"done": n}\` now and then, at last \`{"result": {…}}\` or \`{"error": {…}}\`; the work ends with the connection then.`,
    content: { 'application/json': { schema }, [LINES]: { schema: z.string() } },
  };
}

export function body<S extends z.ZodType>(schema: S) {
  return { required: true, content: { 'application/json': { schema } } };
}

/** A route's own answers, and the one shape that every refusal has. */
export function answers<const A extends object>(own: A) {
  return {
    ...own,
    default: {
      description: 'A problem (RFC 9457); `code` is from one closed list.',
      content: { [PROBLEM_TYPE]: { schema: ProblemBody } },
    },
  };
}

export function bulkAction(asked: z.infer<typeof BulkBody>): BulkAction {
  switch (asked.action) {
    case 'tag':
    case 'untag':
      return { action: asked.action, tags: asked.tags };
    case 'rate':
      return { action: 'rate', rating: asked.rating };
    default:
      return { action: asked.action };
  }
}
