import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Debian packages that install pictures which we did not make, each with the folders it puts them in.
 * The tests use the files where they lie; none is copied into the repository.
 */
const PICTURE_FOLDERS: readonly string[] = [
  '/usr/share/gocode/src/golang.org/x/image/testdata', // golang-golang-x-image-dev
  '/usr/share/gocode/src/github.com/disintegration/imaging/testdata', // golang-github-disintegration-imaging-dev
  '/usr/lib/python3/dist-packages/skimage/data', // python3-skimage
  '/usr/lib/python3/dist-packages/skimage/registration/tests/data',
];

const PICTURE = /\.(png|jpe?g|webp|gif|tiff?|bmp)$/i;

/** True when an executable of this name is on the PATH. Looked up once a name. */
export function hasTool(name: string): boolean {
  const known = found.get(name);
  if (known !== undefined) return known;
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const present = folders.some((folder) => isExecutable(join(folder, name)));
  found.set(name, present);
  return present;
}

const found = new Map<string, boolean>();

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Full paths of every third-party picture installed here, sorted; PNG, JPEG and WebP, and also the types that we
 * must refuse (GIF, TIFF, BMP). Empty when none of the packages is installed.
 */
export function thirdPartyPictures(): string[] {
  return PICTURE_FOLDERS.flatMap(picturesOf).sort();
}

function picturesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => PICTURE.test(name))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/**
 * Says on standard error that something cannot be tested here, and gives the words back for the test's title:
 * `it.skipIf(!hasTool('strace'))(hasTool('strace') ? title : skipNote('strace'), …)`. A plain `it.skipIf` is enough
 * too: the runner lists every skipped test, and CI fails on one.
 */
export function skipNote(what: string): string {
  const note = `SKIPPED, not available here: ${what}`;
  process.stderr.write(`${note}\n`);
  return note;
}
