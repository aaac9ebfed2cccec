import { createBackup } from '../../src/services/maintenance/backup.ts';
import { createBackupCheck } from '../../src/services/maintenance/backup-check.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import { type Command, type Context, EXIT, type Exit, ownerOf, textOf, UsageError } from '../lib/cli.ts';
import { daysOf, openTarget } from '../lib/folders.ts';
import { readTree } from '../lib/quiet-tree.ts';

export const backup: Command = {
  name: 'backup',
  synopsis: '--out DIR [--owner ID] [--from DAY] [--to DAY] [--verify-existing | --check]',
  summary: 'Copies what is new into a backup, and proves each file on the way. The server may run.',
  details: `  --out DIR    the backup's folder: an empty one, or one of an earlier backup of this tree
  --from DAY   day folders from this day (YYYY-MM-DD, UTC) on
  --to DAY     to this day, inclusive
  --owner ID   this owner only
  --verify-existing   reads again what the backup has already, and copies anew what is not what it was
  --check      copies nothing: holds every file of the backup against its checksum
`,
  options: {
    out: { type: 'string' },
    owner: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    'verify-existing': { type: 'boolean' },
    check: { type: 'boolean' },
  },
  async run(context) {
    const { values, config, signal, dryRun } = context;
    const out = textOf(values, 'out');
    if (out === undefined) throw new UsageError('--out: say where the backup is to be.');
    const verifyExisting = values['verify-existing'] === true;
    if (values['check'] === true) {
      if (verifyExisting)
        throw new UsageError('--check copies nothing: --verify-existing does not go with it.');
      return check(context, out);
    }
    const request = { ...ownerOf(values), ...daysOf(values), dryRun, verifyExisting, signal };
    const report = await readTree(context, async (source) => {
      const target = await openTarget(context, out);
      const progress = (done: number): void => context.progress.tell(done);
      return createBackup({ source, target, legacyTz: config.legacyTz }).run({ ...request, progress });
    });
    const { found, ...sums } = report;
    const told = found.map(({ owner, kind, day, id, trouble }) => ({
      user_id: owner,
      kind,
      day,
      id: id ?? null,
      trouble,
    }));
    const lines = told.map(
      ({ trouble, user_id, kind, id, day }) => `${trouble}\t${user_id}\t${kind}\t${id ?? day}\n`,
    );
    const { pictures, copied, bytes, mended, gone } = sums;
    context.print(
      { ...sums, found: told },
      `${lines.join('')}${pictures} pictures, ${copied} of them new (${bytes} bytes), ${mended} files mended, ${gone} kept that the tree does not have\n`,
    );
    return found.length === 0 ? EXIT.done : EXIT.found;
  },
};

/** Neither the tree nor its settings are needed for this: a backup says itself what must be in it. */
async function check({ config, values, signal, progress, print }: Context, out: string): Promise<Exit> {
  const service = createBackupCheck({ backup: createNodeStorage(out), legacyTz: config.legacyTz });
  const told = (done: number): void => progress.tell(done);
  const report = await service.run({ ...ownerOf(values), ...daysOf(values), signal, progress: told });
  const { pictures, bytes, completedAt, unfinished, found } = report;
  const lines = found.map(({ trouble, path }) => `${trouble}\t${path}\n`);
  const last =
    completedAt === null ? 'none came to its end' : `the last that came to its end was at ${completedAt}`;
  const runs = unfinished ? `its last run did not come to its end; ${last}` : last;
  print(
    { pictures, bytes, completed_at: completedAt, unfinished, found: found.map((one) => ({ ...one })) },
    `${lines.join('')}${pictures} pictures, ${bytes} bytes read, ${found.length} files are not what they were; ${runs}\n`,
  );
  return found.length === 0 && !unfinished ? EXIT.done : EXIT.found;
}
