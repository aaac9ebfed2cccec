import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../src/config.ts';
import { KirokuError } from '../../src/domain/errors.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { createReceipts, type ReceiptFacts } from '../../src/services/maintenance/receipt.ts';
import { foreignTree, readMarker } from '../../src/services/maintenance/volume.ts';
import { createFsStateStore } from '../../src/state/fs-state-store.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';

/**
 * Signs receipts for this tree. Made before anything is done: without a key nothing is begun.
 * @throws KirokuError `volume_missing`, `not_configured`
 */
export async function receiptsOf(config: Config) {
  const storage = createNodeStorage(config.outputDir);
  const state = createFsStateStore({ storage, folders: createFolderSync(storage) });
  const volume = await readMarker(state);
  const secret = config.cookieSecrets?.[0] ?? (await state.readDocument('secrets'))?.['cookie'];
  if (volume === undefined) throw foreignTree();
  if (typeof secret !== 'string') {
    throw new KirokuError('not_configured', 'There is no secret to sign with: start the server once first.');
  }
  const receipts = createReceipts(secret);
  return (facts: Omit<ReceiptFacts, 'volume' | 'at'>) =>
    receipts.sign({ ...facts, volume, at: storage.now() });
}

/** Writes a receipt as a new file that is on stable storage then; gives its path. */
export async function writeReceipt(folder: string, receipt: JsonObject): Promise<string> {
  const { action, user_id: owner, at } = receipt;
  const path = join(folder, `${action}-${owner}-${String(at).replaceAll(/[:.]/g, '-')}.json`);
  await using file = await open(path, 'wx', 0o640);
  await file.writeFile(`${JSON.stringify(receipt, null, 1)}\n`);
  await file.sync();
  return path;
}
