import { crc32 } from 'node:zlib';
import type { Entry } from '../../../src/catalog/catalog.ts';
import type { PictureId } from '../../../src/domain/id.ts';
import { originalKey, parseKey, sidecarKey, thumbKey } from '../../../src/domain/key.ts';
import { encodeRecord, parseRecord, parseSidecarText } from '../../../src/domain/record-codec.ts';
import { STAGING_FOLDER } from '../../../src/storage/durable.ts';
import { bytesOf } from './pictures.ts';

type Contents = ReadonlyMap<string, Buffer | undefined>;

/** The record that a sidecar's bytes mean, as one line: asked again and again for the same bytes. */
const meant = new Map<string, Buffer>();

function recordIn(sidecar: Buffer, at: Entry): Buffer {
  const text = sidecar.toString();
  const key = `${sidecarKey(at)} ${text}`;
  const known = meant.get(key);
  if (known !== undefined) return known;
  if (meant.size > 5_000) meant.clear();
  const made = encodeRecord(parseRecord(parseSidecarText(text), at, { legacyTz: 'UTC' }));
  meant.set(key, made);
  return made;
}

function faultsOf(disk: Contents, entry: Entry): string[] {
  const faults: string[] = [];
  const record = entry.record();
  const sidecar = disk.get(sidecarKey(entry));
  if (sidecar === undefined) faults.push(`${entry.id}: no sidecar`);
  else if (!recordIn(sidecar, entry).equals(encodeRecord(record)))
    faults.push(`${entry.id}: sidecar and manifest differ`);
  // a purge that has begun is finished by the next one
  if (record.purging !== undefined) return faults;
  const original = disk.get(originalKey(entry, entry.ext));
  if (original === undefined) faults.push(`${entry.id}: no original`);
  else if (bytesOf(record.sha256)?.equals(original) !== true)
    faults.push(`${entry.id}: the original's bytes differ`);
  if (entry.thumb === null) return faults;
  const thumb = disk.get(thumbKey(entry, entry.thumb));
  if (thumb?.length !== record.thumb_bytes || crc32(thumb) !== Number.parseInt(record.thumb_crc32 ?? '', 16))
    faults.push(`${entry.id}: no whole thumbnail`);
  return faults;
}

/**
 * Everything on disk against everything listed: each picture whole (original bit for bit, thumbnail, a sidecar that
 * says what the manifest says), and nothing of a picture that is not listed.
 * @param caughtUp whether the work behind the first requests was waited for: it ends a purge whose record went with its manifest
 */
export function inspect(disk: Contents, found: ReadonlyMap<PictureId, Entry>, caughtUp: boolean): string[] {
  const faults: string[] = [];
  for (const entry of found.values()) faults.push(...faultsOf(disk, entry));
  for (const [path, bytes] of disk) {
    if (bytes === undefined) continue;
    if (path.startsWith(`${STAGING_FOLDER}/`)) faults.push(`left staged: ${path}`);
    const at = path.startsWith('users/') ? parseKey(path)?.at : undefined;
    if (at === undefined || found.get(at.id)?.owner === at.owner) continue;
    if (caughtUp || path !== sidecarKey(at) || !bytes.includes('"purging":'))
      faults.push(`left behind: ${path}`);
  }
  return faults;
}
