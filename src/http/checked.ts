import type { z } from '@hono/zod-openapi';
import { KirokuError } from '../domain/errors.ts';

/** Runs a schema; what it refuses is an `invalid_parameter` that names the member. */
export function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join('.') ?? '';
  const message = issue?.message ?? 'not valid';
  const detail = field === '' || message.startsWith(`${field}:`) ? message : `${field}: ${message}`;
  throw new KirokuError('invalid_parameter', detail, field === '' ? {} : { details: { field } });
}

/** @throws KirokuError `invalid_parameter` about this parameter */
export function refuse(field: string, why: string): never {
  throw new KirokuError('invalid_parameter', `${field}: ${why}`, { details: { field } });
}
