import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import type { Engine } from '../../src/compose-engine.ts';
import { isJsonObject, type JsonObject } from '../../src/domain/json.ts';
import { restoreJson } from '../../src/services/maintenance/maintenance.ts';
import { createRestore, readBackup } from '../../src/services/maintenance/restore.ts';
import { createTickets } from '../../src/services/maintenance/ticket.ts';
import { judgeUnmarked, readMarker, writeMarker } from '../../src/services/maintenance/volume.ts';
import { createFsStateStore } from '../../src/state/fs-state-store.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import { audited } from '../lib/audited.ts';
import { type Command, type Context, EXIT, ownerOf, UsageError } from '../lib/cli.ts';
import { daysOf, refuseInside } from '../lib/folders.ts';
import type { ServerClient } from '../lib/server-client.ts';
import { onTree, requireMarker } from '../lib/tree.ts';
import { userId } from '../lib/upkeep.ts';

export const restore: Command = {
  name: 'restore',
  synopsis: 'BACKUP [--owner ID] [--from DAY] [--to DAY] [--gone]',
  summary: 'Puts back what the tree does not have, and proves each file. What is there is never touched.',
  details: `  OUTPUT_DIR is a tree, or an empty folder, which becomes one. The server may run: then it does the work, and
  BACKUP must be a folder that it can read under the same path.
  --gone       also pictures that had left the tree before the last backup
  --from DAY   day folders from this day (YYYY-MM-DD, UTC) on
  --to DAY     to this day, inclusive
  --owner ID   this owner only
`,
  options: {
    owner: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    gone: { type: 'boolean' },
  },
  words: 1,
  async run(context) {
    const [word] = context.words;
    if (word === undefined) throw new UsageError('Say which backup is to be restored.');
    const folder = resolve(word);
    await refuseInside(context.config.outputDir, folder);
    const isNew = await prepare(context, await readBackup(createNodeStorage(folder)));
    const ways = {
      local: (engine: Engine) => restoreLocally(context, engine, folder),
      remote: (server: ServerClient) => restoreThrough(context, server, folder),
    };
    const result = await onTree<JsonObject>(context, ways, { isNew });
    context.print(result, textOf(result));
    return foundIn(result).length === 0 ? EXIT.done : EXIT.found;
  },
};

/**
 * A tree, or an empty folder. An empty one becomes the volume that was backed up only when VOLUME_ID asks for it: two
 * volumes of one id could be taken for each other.
 * @returns true for an empty one
 * @throws KirokuError `volume_missing`
 */
async function prepare({ config, dryRun }: Context, volume: string): Promise<boolean> {
  const storage = createNodeStorage(config.outputDir);
  const state = createFsStateStore({ storage, folders: createFolderSync(storage) });
  if ((await readMarker(state)) !== undefined) return false;
  if (dryRun || (await judgeUnmarked(storage)) !== 'new') await requireMarker(config);
  if (config.volumeId === volume) await writeMarker(state, volume, storage.now());
  return true;
}

async function restoreLocally(context: Context, engine: Engine, folder: string): Promise<JsonObject> {
  const { config, signal, values, dryRun } = context;
  await engine.settle(signal);
  const { catalog, blobs, state, moved, storage } = engine;
  const asked = { ...ownerOf(values), ...daysOf(values), gone: values['gone'] === true };
  if (!dryRun) {
    const { owner, ...detail } = asked;
    await audited(engine, 'restore-backup', owner, detail);
  }
  const source = createNodeStorage(folder);
  const progress = (done: number): void => context.progress.tell(done);
  const service = createRestore({
    ...{ source, catalog, blobs, state, moved },
    tree: storage,
    legacyTz: config.legacyTz,
  });
  return restoreJson(await service.run({ ...asked, dryRun, signal, progress }));
}

/** The server is told of the folder in the tree, as the wire names none. */
async function restoreThrough(
  { config, values, dryRun }: Context,
  server: ServerClient,
  folder: string,
): Promise<JsonObject> {
  const storage = createNodeStorage(config.outputDir);
  const tickets = createTickets({ storage, folders: createFolderSync(storage), random: randomBytes });
  const { from, to } = daysOf(values);
  return server.work('/api/v1/admin/restore-backup', {
    ticket: await tickets.issue(folder),
    ...userId(ownerOf(values)),
    ...(from === undefined ? {} : { from: from.replaceAll('/', '-') }),
    ...(to === undefined ? {} : { to: to.replaceAll('/', '-') }),
    gone: values['gone'] === true,
    dry_run: dryRun,
  });
}

function foundIn({ found }: JsonObject): readonly JsonObject[] {
  return Array.isArray(found) ? found.filter(isJsonObject) : [];
}

function textOf(result: JsonObject): string {
  const { pictures, restored, there, bytes } = result;
  const lines = foundIn(result).map(
    ({ trouble, user_id, kind, id, day }) =>
      `${trouble}\t${user_id ?? '-'}\t${kind ?? '-'}\t${id ?? day ?? '-'}\n`,
  );
  return `${lines.join('')}${pictures} pictures, ${restored} restored (${bytes} bytes), ${there} were there\n`;
}
