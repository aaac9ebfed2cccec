import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isErrno } from './domain/errors.ts';
import type { BuiltPages } from './http/pages.ts';

const BUILT = fileURLToPath(new URL('../web/dist', import.meta.url));

/**
 * The gallery as `npm run build` left it: a few hundred files of a few kilobytes, read once, so that a request for one
 * never waits for the disk and a new build never mixes with an old one. Empty where there is none.
 */
export async function readBuiltPages(folder = BUILT): Promise<BuiltPages> {
  const built = new Map<string, Uint8Array<ArrayBuffer>>();
  try {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name.startsWith('.')) continue;
      const path = join(entry.parentPath, entry.name);
      built.set(path.slice(folder.length + 1).replaceAll('\\', '/'), await readFile(path));
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return new Map();
    throw error;
  }
  return built;
}
