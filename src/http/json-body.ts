import type { IncomingMessage } from 'node:http';
import type { z } from '@hono/zod-openapi';
import { KirokuError } from '../domain/errors.ts';
import { checked } from './checked.ts';

/** A thousand ids and a few tags fit many times. */
const MAX_JSON_BYTES = 256 * 1024;
const JSON_TYPE = /^application\/(?:[a-z0-9.+-]+\+)?json\s*(?:;|$)/i;

/**
 * Reads, bounds, parses and checks a JSON body.
 * @throws KirokuError `unsupported_type`, `payload_too_large`, `bad_request`, `aborted`, `invalid_parameter`
 */
export async function readJson<T>(incoming: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  if (!JSON_TYPE.test(incoming.headers['content-type'] ?? '')) {
    throw new KirokuError('unsupported_type', 'The body must be application/json.');
  }
  return checked(schema, parse(await readBody(incoming)));
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new KirokuError('bad_request', 'The body is not JSON.', { cause });
  }
}

function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const tooLarge = () => new KirokuError('payload_too_large', `At most ${MAX_JSON_BYTES} bytes of JSON.`);
  const cutShort = () => new KirokuError('aborted', 'The request ended before its body did.');
  if (Number(incoming.headers['content-length'] ?? 0) > MAX_JSON_BYTES) return Promise.reject(tooLarge());
  // its sender left while it was found out who that is: none of the events below will come any more
  if (incoming.destroyed) return Promise.reject(cutShort());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = () => {
      incoming.off('data', take).off('end', done).off('error', gone).off('close', gone);
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_JSON_BYTES) {
        chunks.push(chunk);
        return;
      }
      stop();
      reject(tooLarge());
    };
    const done = () => {
      stop();
      resolve(Buffer.concat(chunks));
    };
    const gone = () => {
      stop();
      reject(cutShort());
    };
    incoming.on('data', take).on('end', done).on('error', gone).on('close', gone);
  });
}
