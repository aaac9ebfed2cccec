import { fromErrno, KirokuError, volumeMissing } from '../domain/errors.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { readWhole } from '../storage/durable.ts';
import type { Storage } from '../storage/storage.ts';

/** A document's bytes: indented, since operators read these few files. */
export function encodeDocument(document: JsonObject): Buffer {
  return Buffer.from(`${JSON.stringify(document, null, 2)}\n`, 'utf8');
}

/**
 * A JSON object from a file; undefined when there is none.
 * @param present asked where there is none: on a volume that is away there may be one all the same
 * @throws KirokuError `tree_unreadable` when the file is there and holds something else; `volume_missing`, `io_error`, …
 */
export async function readDocumentFile(
  storage: Storage,
  path: string,
  present: () => Promise<boolean>,
): Promise<JsonObject | undefined> {
  let bytes: Buffer | undefined;
  try {
    bytes = await readWhole(storage, path);
  } catch (error) {
    throw fromErrno(error);
  }
  if (bytes === undefined) {
    if (!(await present())) throw volumeMissing();
    return undefined;
  }
  const document = parseObject(bytes);
  if (document !== undefined) return document;
  throw new KirokuError('tree_unreadable', 'A file of the server is damaged.', { details: { file: path } });
}

/** The JSON object that these bytes spell; undefined for anything else. */
export function parseObject(bytes: Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
