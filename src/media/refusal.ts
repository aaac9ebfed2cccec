import { KirokuError } from '../domain/errors.ts';
import type { DecodeLimits } from './decoder.ts';
import { tooManyPixels } from './limits.ts';

/**
 * Gives a failure of sharp its place in the closed list. sharp has messages, not codes
 * (its `src/common.cc` and `src/pipeline.cc`); what is not recognized is a picture that does not decode.
 */
export function refusalOf(error: unknown, limits: DecodeLimits): KirokuError {
  if (error instanceof KirokuError) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (/unsupported image format|is empty/i.test(text)) return unsupportedType(error);
  if (/exceeds pixel limit/i.test(text)) return tooManyPixels(limits, error);
  if (/Input file is missing/i.test(text)) {
    return new KirokuError('io_error', 'The picture could not be read.', { cause: error });
  }
  if (/out of memory|unable to allocate|cannot allocate/i.test(text)) {
    return new KirokuError('decoder_failed', 'The picture needs more memory than there is.', {
      cause: error,
    });
  }
  return undecodable(error);
}

/** Not on the allow list, whatever it is. */
export function unsupportedType(cause?: unknown): KirokuError {
  return new KirokuError('unsupported_type', 'Only PNG, JPEG and WebP pictures are accepted.', { cause });
}

/** On the allow list by its first bytes, and then not a whole picture. */
export function undecodable(cause?: unknown): KirokuError {
  return new KirokuError('undecodable_image', 'The picture is damaged: it does not decode to its end.', {
    cause,
  });
}
