import { resolve } from 'node:path';
import { createAudit } from '../../src/services/audit.ts';
import { createRestore, type RestoreReport, readBackup } from '../../src/services/maintenance/restore.ts';
import { judgeUnmarked, readMarker, writeMarker } from '../../src/services/maintenance/volume.ts';
import { createFsStateStore } from '../../src/state/fs-state-store.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import { type Command, type Context, EXIT, ownerOf, UsageError } from '../lib/cli.ts';
import { daysOf, refuseInside } from '../lib/folders.ts';
import { requireMarker } from '../lib/tree.ts';

export const restore: Command = {
  name: 'restore',
  synopsis: 'BACKUP [--owner ID] [--from DAY] [--to DAY] [--gone]',
  summary: 'Puts back what the tree does not have, and proves each file. What is there is never touched.',
  details: `  OUTPUT_DIR is a tree, or an empty folder, which becomes one. Stop the server first.
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
    const [folder] = context.words;
    if (folder === undefined) throw new UsageError('Say which backup is to be restored.');
    await refuseInside(context.config.outputDir, resolve(folder));
    const source = createNodeStorage(folder);
    await prepare(context, await readBackup(source));
    const { found, ...sums } = await restoreFrom(context, source);
    const told = found.map(({ owner, kind, day, id, trouble }) => {
      return { user_id: owner, kind: kind ?? null, day: day ?? null, id: id ?? null, trouble };
    });
    const lines = told.map(
      ({ trouble, user_id, kind, id, day }) => `${trouble}\t${user_id}\t${kind}\t${id ?? day}\n`,
    );
    const { pictures, restored, there, bytes } = sums;
    const restoredText = `${restored} restored (${bytes} bytes), ${there} were there`;
    context.print({ ...sums, found: told }, `${lines.join('')}${pictures} pictures, ${restoredText}\n`);
    return found.length === 0 ? EXIT.done : EXIT.found;
  },
};

/**
 * A tree, or an empty folder. An empty one becomes the volume that was backed up only when VOLUME_ID asks for it: two
 * volumes of one id could be taken for each other.
 * @throws KirokuError `volume_missing`
 */
async function prepare({ config, dryRun }: Context, volume: string): Promise<void> {
  const storage = createNodeStorage(config.outputDir);
  const state = createFsStateStore({ storage, folders: createFolderSync(storage) });
  if ((await readMarker(state)) !== undefined) return;
  if (dryRun || (await judgeUnmarked(storage)) !== 'new') await requireMarker(config);
  if (config.volumeId === volume) await writeMarker(state, volume, storage.now());
}

async function restoreFrom(
  context: Context,
  source: ReturnType<typeof createNodeStorage>,
): Promise<RestoreReport> {
  const { config, log, signal, values, dryRun } = context;
  const { openEngine } = await import('../../src/compose-engine.ts');
  const engine = await openEngine(config, { log });
  try {
    await engine.settle(signal);
    const { catalog, blobs, state, storage, moved } = engine;
    const request = { ...ownerOf(values), ...daysOf(values), gone: values['gone'] === true, dryRun, signal };
    const progress = (done: number): void => context.progress.tell(done);
    const service = createRestore({ source, catalog, blobs, state, moved, legacyTz: config.legacyTz });
    const report = await service.run({ ...request, progress });
    if (!dryRun) {
      const { pictures, restored, there } = report;
      const audit = createAudit({ state, now: () => storage.now() });
      const detail = { pictures, restored, there, found: report.found.length };
      await audit.record({ actor: 'admin', action: 'restore', owner: ownerOf(values).owner, detail });
    }
    return report;
  } finally {
    await engine.close();
  }
}
