import type { JsonObject } from '../../src/domain/json.ts';
import { createBackup } from '../../src/services/maintenance/backup.ts';
import type { ReceiptPicture } from '../../src/services/maintenance/receipt.ts';
import { type Command, EXIT, ownerOf, textOf, UsageError } from '../lib/cli.ts';
import { openTarget } from '../lib/folders.ts';
import { readTree } from '../lib/quiet-tree.ts';
import { receiptsOf, writeReceipt } from '../lib/receipts.ts';

export const exportOwner: Command = {
  name: 'export',
  synopsis: '--owner ID --out DIR',
  summary: 'Copies everything of one owner, with a signed receipt. The server may run.',
  details: `  --owner ID   whose pictures, in every kind and status
  --out DIR    an empty folder, or one of an earlier export; \`kiroku restore\` reads it
`,
  options: { out: { type: 'string' }, owner: { type: 'string' } },
  async run(context) {
    const { values, config, signal, dryRun } = context;
    const { owner } = ownerOf(values);
    const out = textOf(values, 'out');
    if (owner === undefined || out === undefined) throw new UsageError('--owner and --out are needed.');
    const sign = await receiptsOf(config);
    const pictures: ReceiptPicture[] = [];
    const report = await readTree(context, async (source) => {
      const target = await openTarget(context, out);
      const progress = (done: number): void => context.progress.tell(done);
      return createBackup({ source, target, legacyTz: config.legacyTz }).run({
        owner,
        dryRun,
        signal,
        progress,
        picturesOnly: true,
        saved: ({ record: { kind, id, sha256, bytes } }) => pictures.push({ kind, id, sha256, bytes }),
      });
    });
    const { found, bytes, copied } = report;
    const result: JsonObject = {
      pictures: pictures.length,
      copied,
      bytes,
      found: found.map(({ kind, day, id, trouble }) => ({ kind, day, id: id ?? null, trouble })),
      receipt: dryRun ? null : await writeReceipt(out, sign({ action: 'export', owner, pictures })),
    };
    const troubles = found.map(({ trouble, kind, id, day }) => `${trouble}\t${kind}\t${id ?? day}\n`);
    const done = dryRun ? 'to be exported' : `exported; ${result['receipt']}`;
    context.print(result, `${troubles.join('')}${pictures.length} pictures ${done}\n`);
    return found.length === 0 ? EXIT.done : EXIT.found;
  },
};
