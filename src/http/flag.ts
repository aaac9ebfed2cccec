import { KirokuError } from '../domain/errors.ts';

/**
 * Whether a switch in a URL's query (`?…` or empty) is on. One that is there in other words than 1, true, 0 or false, or
 * twice, throws `invalid_parameter`: who asks for a copy without its prompt must not get the original for a slip.
 */
export function flag(search: string, name: string): boolean {
  if (search === '') return false;
  const values = new URLSearchParams(search).getAll(name);
  if (values.length === 0) return false;
  const value = values.length === 1 ? values[0] : undefined;
  if (value === '0' || value === 'false') return false;
  if (value === '1' || value === 'true') return true;
  throw new KirokuError('invalid_parameter', `${name}: 1 or 0, once.`, { details: { field: name } });
}
