import { createHash } from 'node:crypto';
import type { Entry } from '../../../src/catalog/catalog.ts';
import type { PictureId } from '../../../src/domain/id.ts';
import { originalKey, parseKey, sidecarKey, thumbKey } from '../../../src/domain/key.ts';
import { encodeRecord, parseRecord, parseSidecarText } from '../../../src/domain/record-codec.ts';
import { readWhole, STAGING_FOLDER } from '../../../src/storage/durable.ts';
import type { Storage } from '../../../src/storage/storage.ts';

async function filesBelow(storage: Storage, folder: string): Promise<string[]> {
  const entries = await storage.readFolder(folder).catch(() => []);
  const files: string[] = [];
  for (const { name, type } of entries) {
    const path = `${folder}/${name}`;
    if (type === 'folder') files.push(...(await filesBelow(storage, path)));
    else files.push(path);
  }
  return files;
}

async function faultsOf(storage: Storage, entry: Entry): Promise<string[]> {
  const faults: string[] = [];
  const record = entry.record();
  const original = await readWhole(storage, originalKey(entry, entry.ext));
  if (original === undefined) faults.push(`${entry.id}: no original`);
  else if (createHash('sha256').update(original).digest('hex') !== record.sha256) {
    faults.push(`${entry.id}: the original's bytes differ`);
  }
  if (entry.thumb !== null) {
    const thumb = await readWhole(storage, thumbKey(entry, entry.thumb));
    if (thumb?.length !== record.thumb_bytes) faults.push(`${entry.id}: no whole thumbnail`);
  }
  const sidecar = await readWhole(storage, sidecarKey(entry));
  if (sidecar === undefined) faults.push(`${entry.id}: no sidecar`);
  else {
    const parsed = parseRecord(parseSidecarText(sidecar.toString()), entry, { legacyTz: 'UTC' });
    if (!encodeRecord(parsed).equals(encodeRecord(record)))
      faults.push(`${entry.id}: sidecar and manifest differ`);
  }
  return faults;
}

/**
 * Everything on disk against everything listed: each picture whole (original bit for bit, thumbnail, a sidecar that
 * says what the manifest says), and nothing of a picture that is not listed.
 */
export async function inspect(storage: Storage, found: ReadonlyMap<PictureId, Entry>): Promise<string[]> {
  const faults: string[] = [];
  for (const entry of found.values()) faults.push(...(await faultsOf(storage, entry)));
  for (const path of await filesBelow(storage, 'users')) {
    const parsed = parseKey(path);
    if (parsed !== undefined && !found.has(parsed.at.id)) faults.push(`left behind: ${path}`);
  }
  for (const path of await filesBelow(storage, STAGING_FOLDER)) faults.push(`left staged: ${path}`);
  return faults;
}
