import { KirokuError } from '../domain/errors.ts';
import type { PictureRecord } from '../domain/record.ts';
import { isoOf } from '../domain/time.ts';

/** What a change may never touch: it says whose picture it is, what its bytes are and where they lie. */
const FIXED = ['id', 'owner', 'kind', 'day', 'ext', 'sha256', 'created_at'] as const;

/**
 * The version after `current`, as every driver commits it: `rev` one above the higher of both (an edit from outside
 * brings its own), `updated_at` = `now`, but never before the last one, whatever the clock says.
 * @param now ms since the epoch
 * @throws KirokuError `internal` when the change touched what is fixed
 */
export function nextVersion(current: PictureRecord, changed: PictureRecord, now: number): PictureRecord {
  const touched = FIXED.find((name) => changed[name] !== current[name]);
  if (touched !== undefined) throw new KirokuError('internal', `A change may not touch ${touched}.`);
  return {
    ...changed,
    rev: Math.max(current.rev, changed.rev) + 1,
    updated_at: isoOf(Math.max(now, Date.parse(current.updated_at))),
  };
}
