import { createBackup } from '../../src/services/maintenance/backup.ts';
import { type Command, EXIT, ownerOf, textOf, UsageError } from '../lib/cli.ts';
import { daysOf, openTarget } from '../lib/folders.ts';
import { readTree } from '../lib/quiet-tree.ts';

export const backup: Command = {
  name: 'backup',
  synopsis: '--out DIR [--owner ID] [--from DAY] [--to DAY]',
  summary: 'Copies what is new into a backup, and proves each file on the way. The server may run.',
  details: `  --out DIR    the backup's folder: an empty one, or one of an earlier backup of this tree
  --from DAY   day folders from this day (YYYY-MM-DD, UTC) on
  --to DAY     to this day, inclusive
  --owner ID   this owner only
`,
  options: {
    out: { type: 'string' },
    owner: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
  },
  async run(context) {
    const { values, config, signal, dryRun } = context;
    const out = textOf(values, 'out');
    if (out === undefined) throw new UsageError('--out: say where the backup is to be.');
    const request = { ...ownerOf(values), ...daysOf(values), dryRun, signal };
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
    const { pictures, copied, bytes, gone } = sums;
    context.print(
      { ...sums, found: told },
      `${lines.join('')}${pictures} pictures, ${copied} of them new (${bytes} bytes), ${gone} kept that the tree does not have\n`,
    );
    return found.length === 0 ? EXIT.done : EXIT.found;
  },
};
