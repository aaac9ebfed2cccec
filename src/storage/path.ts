import { errno } from './errno.ts';

const LONGEST_NAME = 255;

/**
 * The names of a path of the storage port; none for the root (the empty path).
 * @throws errno `EINVAL` for anything that is not plain names between single slashes: no driver is ever asked to
 *   climb, to leave the root, or to normalize. `ENAMETOOLONG` as Linux has it.
 */
export function namesOf(path: string, call: string): readonly string[] {
  if (path === '') return [];
  const names = path.split('/');
  for (const name of names) {
    if (name === '' || name === '.' || name === '..' || name.includes('\0'))
      throw errno('EINVAL', call, path);
    if (Buffer.byteLength(name) > LONGEST_NAME) throw errno('ENAMETOOLONG', call, path);
  }
  return names;
}

/** The folder a path lies in; the empty path (the root) for a single name. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? '' : path.slice(0, slash);
}

/** Names of one folder as one text, a slash between two. @throws errno as `namesOf`; also for a name with a slash */
export function joinNames(names: readonly string[], call: string): string {
  const text = names.join('/');
  if (namesOf(text, call).length !== names.length) throw errno('EINVAL', call, text);
  return text;
}
