import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { isKirokuError, KirokuError } from '../domain/errors.ts';
import type { Ingest, Received } from '../services/services.ts';
import { watchRate } from './slow-body.ts';

/** One upload, read to its end: its bytes are staged, its fields are text. */
export interface Upload {
  readonly received: Received;
  /** As the client named it; '' when it did not. */
  readonly filename: string;
  readonly fields: ReadonlyMap<string, string>;
}

export const FILE_FIELD = 'file';
const MAX_FIELDS = 20;
/** One field, and all together: `meta` may hold two prompts of 64 KiB, of which every byte may be an escape. */
const MAX_FIELD_BYTES = 512 * 1024;
const MAX_FIELDS_BYTES = 640 * 1024;
/** All that may surround the file: fields, part headers, boundaries. */
export const MAX_OVERHEAD = MAX_FIELDS_BYTES + (MAX_FIELDS + 2) * 16 * 1024;
const BOUNDARY =
  /^multipart\/form-data\s*;(?:[^"]*;)?\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s";,]{1,70}))\s*(?:;|$)/i;

/**
 * Streams a multipart body: the one file goes through `ingest.receive` as it comes, fields may stand before or after it.
 * Whatever goes wrong, nothing stays staged and nothing is left waiting.
 * @throws KirokuError `unsupported_type` (not multipart), `bad_request` (malformed, no file, two files, …),
 *   `payload_too_large`, `request_timeout`, `aborted`, and what `ingest.receive` throws
 */
export async function readUpload(
  incoming: IncomingMessage,
  ingest: Ingest,
  maxBytes: number,
): Promise<Upload> {
  const parser = openParser(incoming);
  if (Number(incoming.headers['content-length'] ?? 0) > maxBytes + MAX_OVERHEAD) throw tooLarge(maxBytes);
  const fields = new Map<string, string>();
  const abort = new AbortController();
  let file: { stream: Readable; name: string; receiving: Promise<Received> } | undefined;

  const { promise: parsing, resolve, reject } = Promise.withResolvers<void>();
  parser.on('file', (field, stream, filename) => {
    stream.on('error', () => undefined);
    if (field !== FILE_FIELD) {
      reject(malformed(`The file must be in the field "${FILE_FIELD}".`));
      return;
    }
    const name = filename ?? '';
    const receiving = ingest.receive(stream, { maxBytes, filename: name, signal: abort.signal });
    file = { stream, name, receiving };
    receiving.catch(reject);
  });
  let fieldsBytes = 0;
  parser.on('field', (name, value, nameTruncated, valueTruncated) => {
    fieldsBytes += Buffer.byteLength(value);
    if (fieldsBytes > MAX_FIELDS_BYTES)
      reject(new KirokuError('payload_too_large', `Fields: at most ${MAX_FIELDS_BYTES} bytes together.`));
    else if (nameTruncated || valueTruncated)
      reject(new KirokuError('payload_too_large', fieldTooLarge(name)));
    else if (fields.has(name)) reject(malformed('A field was given twice.'));
    else fields.set(name ?? '', value);
  });
  refuseSurplus(parser, reject);
  parser.on('finish', resolve);
  incoming.on('error', (cause) => reject(aborted(cause)));
  incoming.on('close', () => {
    if (!incoming.readableEnded) reject(aborted());
  });
  if (incoming.destroyed) reject(aborted());
  const unwatch = watchRate(incoming, reject);
  incoming.pipe(parser);

  try {
    await parsing;
    if (file === undefined) throw malformed(`There is no file in the field "${FILE_FIELD}".`);
    return { received: await file.receiving, filename: file.name, fields };
  } catch (error) {
    incoming.unpipe(parser);
    const failure = isKirokuError(error) ? error : aborted(error);
    abort.abort(failure);
    if (file !== undefined) {
      file.stream.destroy(failure);
      // What was received whole before its surroundings failed belongs to nobody.
      await file.receiving.then((received) => received.discard()).catch(() => undefined);
    }
    parser.destroy();
    throw failure;
  } finally {
    unwatch();
  }
}

function refuseSurplus(parser: BusboyInstance, reject: (error: KirokuError) => void): void {
  parser.on('filesLimit', () => reject(malformed('One file at a time.')));
  parser.on('fieldsLimit', () => reject(malformed(`At most ${MAX_FIELDS} fields.`)));
  parser.on('partsLimit', () => reject(malformed('Too many parts.')));
  parser.on('error', (cause) => reject(malformed('The multipart body is malformed.', cause)));
}

function openParser(incoming: IncomingMessage): BusboyInstance {
  const type = incoming.headers['content-type'] ?? '';
  if (!/^multipart\/form-data\s*(?:;|$)/i.test(type)) {
    throw new KirokuError('unsupported_type', 'The body must be multipart/form-data.');
  }
  if (!BOUNDARY.test(type)) throw malformed('The boundary must be 1 to 70 characters.');
  try {
    return Busboy({
      headers: { 'content-type': type },
      limits: {
        files: 1,
        fields: MAX_FIELDS,
        parts: MAX_FIELDS + 2,
        fieldNameSize: 100,
        fieldSize: MAX_FIELD_BYTES,
        headerPairs: 16,
        headerSize: 8 * 1024,
      },
      isPartAFile: (field, _type, filename) => field === FILE_FIELD || filename !== undefined,
      preservePath: true,
      highWaterMark: 256 * 1024,
      fileHwm: 256 * 1024,
    });
  } catch (cause) {
    throw malformed('The multipart header is malformed.', cause);
  }
}

function malformed(detail: string, cause?: unknown): KirokuError {
  return new KirokuError('bad_request', detail, { cause });
}

function aborted(cause?: unknown): KirokuError {
  return isKirokuError(cause)
    ? cause
    : new KirokuError('aborted', 'The request ended before its body did.', { cause });
}

function tooLarge(maxBytes: number): KirokuError {
  return new KirokuError('payload_too_large', `At most ${maxBytes} bytes.`);
}

function fieldTooLarge(name: string): string {
  return /^[a-z_]{1,32}$/.test(name) ? `${name}: at most ${MAX_FIELD_BYTES} bytes.` : 'A field is too long.';
}
