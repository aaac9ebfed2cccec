import type { IncomingMessage } from 'node:http';
import { type ParsedMeta, parseDescriptive } from '../domain/descriptive.ts';
import { KirokuError } from '../domain/errors.ts';
import type { Kind } from '../domain/kind.ts';
import type { Owner } from '../domain/owner.ts';
import type { CommitRequest, Ingest, IngestResult } from '../services/services.ts';
import type { Call } from './call.ts';
import { flag } from './flag.ts';
import { agreedOwner } from './middleware/admission.ts';
import { MAX_OVERHEAD, readUpload, type Upload } from './multipart.ts';

export interface UploadTarget {
  readonly kind: Kind;
  readonly maxBytes: number;
  /** Kept in the record. */
  readonly source: string;
}

export interface Uploads {
  /** Receives one picture and commits it. @throws KirokuError see `readUpload`, `Ingest`; `owner_*`, `overloaded` */
  accept(incoming: IncomingMessage, call: Call, target: UploadTarget): Promise<IngestResult>;
}

/** More bodies than this at a time would only wait for the disk and the decoder, each with its buffers. */
const MAX_CONCURRENT = 64;
/** Of these, what browsers together and one browser may hold: slow ones must not stop pipelines, nor each other. */
const MAX_OF_BROWSERS = 48;
const MAX_OF_ONE_BROWSER = 16;
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

export function createUploads(ingest: Ingest): Uploads {
  const slots = createSlots();
  return {
    async accept(incoming, call, target) {
      const idempotencyKey = idempotencyKeyOf(incoming);
      const dedupe = flag(call.search, 'dedupe');
      const repeat = {
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        ...(dedupe ? { dedupe } : {}),
      };
      const leave = slots.enter(call.role === 'browser' ? call.owner : undefined);
      try {
        return await withRoom(ingest, call, { bytes: leastBytes(incoming), ...repeat }, async (room) => {
          const upload = await readUpload(incoming, ingest, target.maxBytes);
          try {
            return await ingest.commit(upload.received, {
              kind: target.kind,
              source: target.source,
              filename: upload.filename,
              owner: ownerOfUpload(upload, call),
              ...metaOf(upload, call),
              ...repeat,
              ...room,
            });
          } catch (error) {
            await upload.received.discard();
            throw error;
          }
        });
      } finally {
        leave();
      }
    },
  };
}

/** Refuses, before a byte of the body is read, what its owner has no room for; and gives the room back at the end. */
async function withRoom<T>(
  ingest: Ingest,
  { owner }: Call,
  asked: Parameters<Ingest['reserve']>[1],
  work: (room: Pick<CommitRequest, 'reservation'>) => Promise<T>,
): Promise<T> {
  const reservation = owner === undefined ? undefined : await ingest.reserve(owner, asked);
  try {
    return await work(reservation === undefined ? {} : { reservation });
  } finally {
    reservation?.release();
  }
}

/** Of the file: what can surround it is taken off the announced length, so that nothing is refused that has room. */
function leastBytes(incoming: IncomingMessage): number {
  const announced = Number(incoming.headers['content-length'] ?? 0);
  return Math.max(1, Number.isSafeInteger(announced) ? announced - MAX_OVERHEAD : 1);
}

interface Slots {
  /** @returns the way to give the slot back. @throws KirokuError `overloaded` */
  enter(browser: Owner | undefined): () => void;
}

function createSlots(): Slots {
  let running = 0;
  let ofBrowsers = 0;
  const ofOne = new Map<Owner, number>();
  return {
    enter(browser) {
      const own = browser === undefined ? 0 : (ofOne.get(browser) ?? 0);
      const crowded = browser !== undefined && (ofBrowsers >= MAX_OF_BROWSERS || own >= MAX_OF_ONE_BROWSER);
      if (running >= MAX_CONCURRENT || crowded) {
        throw new KirokuError('overloaded', 'Too many uploads at once.', { details: { retryAfter: 2 } });
      }
      running += 1;
      if (browser === undefined) {
        return () => {
          running -= 1;
        };
      }
      ofBrowsers += 1;
      ofOne.set(browser, own + 1);
      return () => {
        running -= 1;
        ofBrowsers -= 1;
        const left = (ofOne.get(browser) ?? 1) - 1;
        if (left === 0) ofOne.delete(browser);
        else ofOne.set(browser, left);
      };
    },
  };
}

/** Cookie, query, header and form field: all that name an owner must name the same one. */
function ownerOfUpload(upload: Upload, call: Call): Owner {
  const field = upload.fields.get('owner');
  // as they were sent: `commit` follows a move
  const named = [call.named, field === '' ? undefined : field].filter((name) => name !== undefined);
  const owner = agreedOwner(named);
  if (owner === undefined) {
    throw new KirokuError(
      'owner_required',
      'Say whose picture it is: ?owner=, X-User-Id or the field "owner".',
    );
  }
  call.owner = owner;
  return owner;
}

function metaOf(upload: Upload, call: Call): ParsedMeta {
  const text = upload.fields.get('meta') ?? '';
  if (text === '') return { meta: {} };
  const parsed = parseDescriptive(parseMetaJson(text));
  if (parsed.createdAt !== undefined && call.role !== 'service') {
    throw new KirokuError(
      'invalid_metadata',
      'created_at: only a pipeline may say when a picture was made.',
      {
        details: { field: 'created_at' },
      },
    );
  }
  return parsed;
}

function parseMetaJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new KirokuError('invalid_metadata', 'meta: not JSON.', { cause, details: { field: 'meta' } });
  }
}

function idempotencyKeyOf(incoming: IncomingMessage): string | undefined {
  const header = incoming.headers['idempotency-key'];
  if (header === undefined) return undefined;
  const key = String(header);
  if (!IDEMPOTENCY_KEY.test(key)) {
    throw new KirokuError('invalid_parameter', 'Idempotency-Key: 1 to 255 visible ASCII characters.', {
      details: { field: 'Idempotency-Key' },
    });
  }
  return key;
}
