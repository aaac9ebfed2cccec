import { stat } from 'node:fs/promises';
import type { Engine } from '../../src/compose-engine.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { isOwner, type Owner } from '../../src/domain/owner.ts';
import { createAudit } from '../../src/services/audit.ts';
import { createErasePictures } from '../../src/services/maintenance/erase.ts';
import { eraseOwner } from '../../src/services/maintenance/erase-owner.ts';
import { type Command, type Context, EXIT, type Exit, textOf, UsageError } from '../lib/cli.ts';
import { refuseInside } from '../lib/folders.ts';
import { receiptsOf, writeReceipt } from '../lib/receipts.ts';
import { requireMarker } from '../lib/tree.ts';

export const erase: Command = {
  name: 'erase',
  synopsis: 'OWNER [--yes COUNT --out DIR]',
  summary: 'Removes everything of one owner for good, with a signed receipt. Stop the server first.',
  details: `  Without --yes it says what would go. Pictures of every kind and status, thumbnails, sidecars, the manifest,
  owner.json, indexes and links go; audit entries stay, and so do copies in backups.
  --yes COUNT  as many pictures as it said there are
  --out DIR    a folder for the receipt, outside of the tree
`,
  options: { yes: { type: 'string' }, out: { type: 'string' } },
  words: 1,
  async run(context) {
    const owner = context.words[0] ?? '';
    if (!isOwner(owner)) throw new UsageError(`"${owner}" is no owner.`);
    const yes = textOf(context.values, 'yes');
    if (yes === undefined || context.dryRun) return plan(context, owner);
    if (!/^\d{1,9}$/.test(yes)) throw new UsageError('--yes: a number of pictures.');
    return eraseAll(context, owner, Number(yes));
  },
};

/** The tree for this command alone. @throws KirokuError `tree_locked` while a server runs */
async function withEngine<T>({ config, log }: Context, work: (engine: Engine) => Promise<T>): Promise<T> {
  await requireMarker(config);
  const { openEngine } = await import('../../src/compose-engine.ts');
  const engine = await openEngine(config, { log });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

function picturesOf({ catalog, blobs, storage }: Engine, { log }: Context) {
  return createErasePictures({ catalog, blobs, log, now: () => storage.now() });
}

async function plan(context: Context, owner: Owner): Promise<Exit> {
  const { signal, dryRun } = context;
  const pictures = await withEngine(context, (engine) => picturesOf(engine, context).list(owner, signal));
  const bytes = pictures.reduce((sum, picture) => sum + picture.bytes, 0);
  const again = dryRun
    ? ''
    : `Nothing was removed. To remove them: kiroku erase ${owner} --yes ${pictures.length} --out DIR\n`;
  context.print(
    { user_id: owner, count: pictures.length, bytes },
    `${owner} has ${pictures.length} pictures, ${bytes} bytes.\n${again}`,
  );
  return dryRun ? EXIT.done : EXIT.found;
}

async function eraseAll(context: Context, owner: Owner, count: number): Promise<Exit> {
  const { config, signal, values } = context;
  const out = textOf(values, 'out');
  if (out === undefined || (await stat(out).catch(() => undefined))?.isDirectory() !== true) {
    throw new UsageError('--out: a folder for the receipt is needed.');
  }
  await refuseInside(config.outputDir, out);
  const sign = await receiptsOf(config);
  const removed = await withEngine(context, async (engine) => {
    const service = picturesOf(engine, context);
    const there = await service.list(owner, signal);
    if (there.length !== count)
      throw new UsageError(`--yes: ${owner} has ${there.length} pictures, not ${count}.`);
    const audit = createAudit({ state: engine.state, now: () => engine.storage.now() });
    await audit.record({ actor: 'admin', action: 'erase', owner, detail: { count } });
    return service.run(owner, { signal, progress: (done) => context.progress.tell(done, count) });
  });
  const { pictures, failed } = removed;
  // opened anew: the catalog must not hold what goes now
  const rest = failed > 0 ? undefined : await withEngine(context, (engine) => eraseOwner(engine, owner));
  const receipt = await writeReceipt(out, sign({ action: 'erase', owner, pictures }));
  const left = [...(rest?.left ?? [])];
  const result: JsonObject = { user_id: owner, erased: pictures.length, failed, left, receipt };
  const strange = left.map((path) => `not ours, left: ${path}\n`).join('');
  context.print(result, `${strange}${pictures.length} pictures erased, ${failed} failed; ${receipt}\n`);
  return failed === 0 && left.length === 0 ? EXIT.done : EXIT.found;
}
