import { mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { type Day, isDay } from '../../src/domain/day.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import { type Context, textOf, UsageError, type Values } from './cli.ts';

/** The folder of a backup or an export, opened for writing; it is made when only its last name is missing. */
export async function openTarget({ config, dryRun }: Context, folder: string) {
  const path = resolve(folder);
  // first: one that was made in the tree would stay there, under `users/` as an owner
  await refuseInside(config.outputDir, path);
  if (!dryRun) {
    await mkdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw new UsageError(`${path}: cannot be made (${error.code}).`);
    });
  }
  const storage = createNodeStorage(path);
  return { storage, folders: createFolderSync(storage) };
}

/** A copy inside of what is copied would copy itself, and a tree is no backup. @throws UsageError */
export async function refuseInside(outputDir: string, folder: string): Promise<void> {
  const [tree, other] = await Promise.all([outputDir, folder].map(real));
  if (tree === undefined || other === undefined) return;
  if (`${other}${sep}`.startsWith(`${tree}${sep}`) || `${tree}${sep}`.startsWith(`${other}${sep}`)) {
    throw new UsageError(`${folder}: lies inside of OUTPUT_DIR, or around it.`);
  }
}

/** Also of a path whose last name is not there yet. */
async function real(path: string): Promise<string | undefined> {
  return realpath(path).catch(async () => {
    const parent = await realpath(dirname(path)).catch(() => undefined);
    return parent === undefined ? undefined : join(parent, basename(path));
  });
}

/** `--from` and `--to`. @throws UsageError */
export function daysOf(values: Values): { readonly from?: Day; readonly to?: Day } {
  const [from, to] = ['from', 'to'].map((name) => dayOf(values, name));
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function dayOf(values: Values, name: string): Day | undefined {
  const text = textOf(values, name);
  if (text === undefined) return undefined;
  const day = text.replaceAll('-', '/');
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || !isDay(day))
    throw new UsageError(`--${name}: "${text}" is no day (YYYY-MM-DD).`);
  return day;
}
