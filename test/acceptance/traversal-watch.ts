import { readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from './access-world.ts';
import { filesIn, strangers } from './calls.ts';

/** Looked at afterwards: whether anything outside was opened, changed or made. */
export interface Places {
  faults(): Promise<string[]>;
  readonly counts: Record<string, number>;
}

const OWNERS = /^users\/[a-z0-9][a-z0-9_-]{0,63}\//;
const PLACED = /^kiroku_[0-9a-z]{26}_[0-9a-f]{16}\.(png|jpg|webp)$/;
const LONG_AGO = new Date('2001-01-01T00:00:00Z');
const LONG_AGO_READ = new Date('2000-01-01T00:00:00Z');

/**
 * Canaries around the tree. A read shows in the time of last access, which Linux moves where it lies before the last change
 * (mount(8), relatime); a file that is read on purpose tells whether it does so here.
 */
export async function watchPlaces({ parent, outputs, comfy }: World): Promise<Places> {
  const canary = join(parent, 'canary', 'canary.png');
  const bait = join(parent, 'canary.png');
  const control = join(parent, 'canary', 'read-on-purpose');
  await writeFile(bait, await readFile(canary));
  await writeFile(control, 'x');
  const watched = [canary, bait, control];
  for (const path of watched) await utimes(path, LONG_AGO_READ, LONG_AGO);
  const before = (await filesIn(parent)).filter(outside);
  await readFile(control);
  const seesReads = (await stat(control)).atimeMs !== LONG_AGO_READ.getTime();
  return {
    counts: { 'canaries whose reading shows': seesReads ? 2 : 0 },
    async faults() {
      const found: string[] = [];
      for (const path of [canary, bait]) {
        const { atimeMs, mtimeMs } = await stat(path);
        if (mtimeMs !== LONG_AGO.getTime()) found.push(`${path} was changed`);
        if (seesReads && atimeMs !== LONG_AGO_READ.getTime()) found.push(`${path} was read`);
      }
      const now = (await filesIn(parent)).filter(outside);
      found.push(...now.filter((path) => !before.includes(path)).map((path) => `made outside: ${path}`));
      found.push(...before.filter((path) => !now.includes(path)).map((path) => `gone: ${path}`));
      found.push(...(await strangers(outputs, OWNERS)).map((path) => `in the tree: ${path}`));
      const strange = (await readdir(comfy)).filter((name) => !PLACED.test(name));
      found.push(...strange.map((name) => `in ComfyUI's folder: ${name}`));
      return found;
    },
  };
}

const outside = (path: string) => !/^(outputs|comfy)\//.test(path);
