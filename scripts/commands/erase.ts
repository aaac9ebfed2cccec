import { stat } from 'node:fs/promises';
import type { Engine } from '../../src/compose-engine.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { isOwner, type Owner } from '../../src/domain/owner.ts';
import { createErasePictures } from '../../src/services/maintenance/erase.ts';
import { eraseOwner } from '../../src/services/maintenance/erase-owner.ts';
import type { ReceiptPicture } from '../../src/services/maintenance/receipt.ts';
import { audited } from '../lib/audited.ts';
import { type Command, type Context, EXIT, type Exit, textOf, UsageError } from '../lib/cli.ts';
import { refuseInside } from '../lib/folders.ts';
import { receiptsOf, writeReceipt } from '../lib/receipts.ts';
import { requireMarker } from '../lib/tree.ts';

export const erase: Command = {
  name: 'erase',
  synopsis: 'OWNER [--yes COUNT --out DIR]',
  summary: 'Removes everything of one owner for good, with a signed receipt. Stop the server first.',
  details: `  Without --yes it says what would go. Pictures of every kind and status, thumbnails, sidecars, the manifest,
  owner.json, indexes and links go, and what owners left behind who were moved to this one; audit entries stay, and so do copies in backups.
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

/** Whom the pictures of this owner belonged to before, first; their folders still say so. */
async function namesOf({ moved }: Engine, owner: Owner): Promise<Owner[]> {
  return [...(await moved.formerNames(owner)), owner];
}

async function plan(context: Context, owner: Owner): Promise<Exit> {
  const { signal, dryRun } = context;
  const { pictures, former } = await withEngine(context, async (engine) => {
    const names = await namesOf(engine, owner);
    const lists = [];
    for (const name of names) lists.push(...(await picturesOf(engine, context).list(name, signal)));
    return { pictures: lists, former: names.slice(0, -1) };
  });
  const bytes = pictures.reduce((sum, picture) => sum + picture.bytes, 0);
  const again = dryRun
    ? ''
    : `Nothing was removed. To remove them: kiroku erase ${owner} --yes ${pictures.length} --out DIR\n`;
  const names = former.map((name) => `${name} was moved to ${owner}, and goes too.\n`).join('');
  context.print(
    { user_id: owner, former, count: pictures.length, bytes },
    `${names}${owner} has ${pictures.length} pictures, ${bytes} bytes.\n${again}`,
  );
  return dryRun ? EXIT.done : EXIT.found;
}

/** Marks and removes the pictures. @throws UsageError when they are not as many as were asked for */
async function erasePictures(context: Context, engine: Engine, owner: Owner, count: number) {
  const { signal } = context;
  const service = picturesOf(engine, context);
  const names = await namesOf(engine, owner);
  let there = 0;
  for (const name of names) there += (await service.list(name, signal)).length;
  if (there !== count) throw new UsageError(`--yes: ${owner} has ${there} pictures, not ${count}.`);
  await audited(engine, 'erase', owner, { count });
  const ended = { names, pictures: [] as ReceiptPicture[], failed: 0 };
  for (const name of names) {
    const before = ended.pictures.length;
    const progress = (done: number) => context.progress.tell(before + done, count);
    const { pictures, failed } = await service.run(name, { signal, progress });
    ended.pictures.push(...pictures);
    ended.failed += failed;
  }
  return ended;
}

async function eraseAll(context: Context, owner: Owner, count: number): Promise<Exit> {
  const { config, values } = context;
  const out = textOf(values, 'out');
  if (out === undefined || (await stat(out).catch(() => undefined))?.isDirectory() !== true) {
    throw new UsageError('--out: a folder for the receipt is needed.');
  }
  await refuseInside(config.outputDir, out);
  const sign = await receiptsOf(config);
  const { names, pictures, failed } = await withEngine(context, (engine) =>
    erasePictures(context, engine, owner, count),
  );
  const left: string[] = [];
  // opened anew: the catalog must not hold what goes now. The owner comes last, who alone knows the former names
  const eraseRest = async (engine: Engine): Promise<void> => {
    for (const name of names) left.push(...(await eraseOwner(engine, name)).left);
  };
  if (failed === 0) await withEngine(context, eraseRest);
  const receipt = await writeReceipt(out, sign({ action: 'erase', owner, pictures }));
  const former = names.slice(0, -1);
  const result: JsonObject = { user_id: owner, former, erased: pictures.length, failed, left, receipt };
  const strange = left.map((path) => `not ours, left: ${path}\n`).join('');
  context.print(result, `${strange}${pictures.length} pictures erased, ${failed} failed; ${receipt}\n`);
  return failed === 0 && left.length === 0 ? EXIT.done : EXIT.found;
}
