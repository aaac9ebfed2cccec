import type { BlobStore, BlobWriter, StagedBlob } from '../blobs/blob-store.ts';
import { fromErrno, KirokuError } from '../domain/errors.ts';
import { extOf, type Mime } from '../domain/format.ts';
import type { PictureId } from '../domain/id.ts';
import type { Log } from '../domain/log.ts';
import type { DecodedImage, Decoder, ImageSource, Thumbnail } from '../media/decoder.ts';
import { aborted } from './gate.ts';

/** New bytes in staging, decoded. */
export interface StagedPicture {
  readonly id: PictureId;
  readonly mime: Mime;
  readonly original: StagedBlob;
  readonly thumb: { readonly blob: StagedBlob; readonly ext: Thumbnail['ext'] } | undefined;
  readonly image: Pick<DecodedImage, 'width' | 'height' | 'thumbhash' | 'recipe'>;
}

export interface ReceiveDeps {
  readonly blobs: BlobStore;
  readonly decoder: Decoder;
  /** What the first bytes look like; undefined for none of our types. */
  readonly sniff: (head: Uint8Array) => Promise<Mime | undefined>;
  readonly log: Log;
}

export interface StageOptions {
  readonly maxBytes: number;
  /** The file's name as its sender gave it, where it is known by now. */
  readonly filename?: string;
  readonly signal?: AbortSignal;
}

/** The signature reader looks at no more than this. */
const HEAD_BYTES = 4100;

/** The chunks of a body, counted; throws past the limit and when the caller went away. */
async function* counted(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const chunk of body) {
    if (signal?.aborted) throw aborted(signal);
    total += chunk.byteLength;
    if (total > maxBytes) {
      throw new KirokuError('payload_too_large', `The file is larger than ${maxBytes} bytes.`);
    }
    yield chunk;
  }
  if (signal?.aborted) throw aborted(signal);
}

async function headOf(chunks: AsyncGenerator<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  while (length < HEAD_BYTES) {
    const next = await chunks.next();
    if (next.done === true) break;
    parts.push(next.value);
    length += next.value.byteLength;
  }
  return Buffer.concat(parts);
}

function wrongType(): KirokuError {
  return new KirokuError('unsupported_type', 'Only PNG, JPEG and WebP pictures are kept.');
}

/** A body's failure has a code of ours, or it is the connection's: the caller went away. */
function asBodyFailure(error: unknown, signal: AbortSignal | undefined): KirokuError {
  if (error instanceof KirokuError) return error;
  return signal?.aborted ? aborted(signal) : fromErrno(error);
}

async function writeBody(
  deps: ReceiveDeps,
  id: PictureId,
  mime: Mime,
  chunks: AsyncIterable<Uint8Array>,
  head: Uint8Array,
): Promise<BlobWriter> {
  const writer = await deps.blobs.stage(`incoming/${id}.${extOf(mime)}`);
  try {
    await writer.write(head);
    for await (const chunk of chunks) await writer.write(chunk);
    return writer;
  } catch (error) {
    await abandon(deps, writer);
    throw error;
  }
}

/**
 * Makes the written bytes durable and decodes them, both at once where the decoder can read them already: the disk
 * and the decoder do not wait for one another. What was staged is in `staged` even when the decode refuses.
 */
async function finishAndDecode(
  deps: ReceiveDeps,
  writer: BlobWriter,
  staged: StagedBlob[],
  options: StageOptions,
): Promise<{ original: StagedBlob; image: DecodedImage }> {
  const { filename, signal } = options;
  const named = filename === undefined ? {} : { filename };
  try {
    const path = await writer.flush();
    const early = path === undefined ? undefined : deps.decoder.decode({ path, ...named }, signal);
    early?.catch(() => undefined);
    const original = await writer.finish();
    staged.push(original);
    const late = async () => deps.decoder.decode({ ...(await sourceOf(original)), ...named }, signal);
    return { original, image: await (early ?? late()) };
  } catch (error) {
    await abandon(deps, writer);
    throw error;
  }
}

async function abandon(deps: ReceiveDeps, writer: BlobWriter): Promise<void> {
  try {
    await writer.abort();
  } catch (error) {
    deps.log.warn({ err: error }, 'a staged file could not be removed; the next start removes it');
  }
}

/** Removes staged bytes after a failure; what cannot be removed now is removed at the next start. */
export async function dropStaged(
  deps: Pick<ReceiveDeps, 'blobs' | 'log'>,
  staged: readonly StagedBlob[],
): Promise<void> {
  try {
    await deps.blobs.retract(staged);
  } catch (error) {
    deps.log.warn({ err: error }, 'staged bytes could not be removed; the next start removes them');
  }
}

/** The bytes of a staged blob as a decoder takes them. */
export async function sourceOf(blob: StagedBlob): Promise<ImageSource> {
  return blob.localPath === undefined ? { bytes: await blob.read() } : { path: blob.localPath };
}

/** Stages a thumbnail beside its original. */
export async function stageThumb(
  deps: Pick<ReceiveDeps, 'blobs' | 'log' | 'decoder' | 'sniff'>,
  id: PictureId,
  thumbnail: Thumbnail,
): Promise<NonNullable<StagedPicture['thumb']>> {
  const writer = await deps.blobs.stage(`incoming/thumb/${id}.${thumbnail.ext}`);
  try {
    await writer.write(thumbnail.bytes);
    return { blob: await writer.finish(), ext: thumbnail.ext };
  } catch (error) {
    await abandon(deps, writer);
    throw error;
  }
}

/**
 * Reads a body to its end into staging, decodes it once, and stages the thumbnail that the decode gave. The type is
 * decided before anything is written; a file of that type that does not decode is refused after.
 * @throws KirokuError as `Ingest.receive` does; nothing stays staged
 */
export async function stageBody(
  deps: ReceiveDeps,
  id: PictureId,
  body: AsyncIterable<Uint8Array>,
  options: StageOptions,
): Promise<StagedPicture> {
  const chunks = counted(body, options.maxBytes, options.signal);
  const staged: StagedBlob[] = [];
  try {
    const head = await headOf(chunks);
    const mime = await deps.sniff(head);
    if (mime === undefined) throw wrongType();
    const writer = await writeBody(deps, id, mime, chunks, head);
    const { original, image } = await finishAndDecode(deps, writer, staged, options);
    if (image.mime !== mime) throw wrongType();
    const thumb = image.thumbnail === null ? undefined : await stageThumb(deps, id, image.thumbnail);
    if (thumb !== undefined) staged.push(thumb.blob);
    if (options.signal?.aborted) throw aborted(options.signal);
    return { id, mime, original, thumb, image };
  } catch (error) {
    await dropStaged(deps, staged);
    throw asBodyFailure(error, options.signal);
  } finally {
    // a body that is not read to its end must learn of it, or its sender waits for ever
    await chunks.return(undefined).catch(() => undefined);
  }
}
