import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium, type LaunchOptions } from 'playwright-core';
import { sfntOf } from './sfnt.ts';

const require = createRequire(import.meta.url);
const CACHE = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));
/** Texts of the gallery's three languages look the same on every machine. */
const FONTS = /^noto-sans-(kr-(latin|latin-ext|korean)|jp-japanese)-(400|600)-normal\.woff$/;
const UNPACK = `
  const { inflate } = await import(process.argv[1]);
  await Promise.all(process.argv.slice(2).map((file) => inflate(file)));
`;

/**
 * Starts the Chromium that the npm packages hold: no browser of the machine, so that it is the same one everywhere. It sees
 * only our fonts, and none of the package's own flags are used: they take off the web's security.
 */
export async function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  const folder = await unpacked();
  return chromium.launch({
    ...options,
    executablePath: join(folder, 'chromium'),
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      // a bare machine lacks the libraries it is linked with
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
    },
  });
}

/** Where it lies ready to run: unpacked once an install, beside the packages, and complete or not there at all. */
async function unpacked(): Promise<string> {
  const entry = require.resolve('@sparticuz/chromium');
  const home = dirname(dirname(entry));
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as { version: string };
  // its fonts are found by their whole path: a project that was moved has another one
  const place = createHash('sha256').update(CACHE).digest('hex').slice(0, 8);
  const folder = join(CACHE, `chromium-${version}-${place}`);
  if (existsSync(folder)) return folder;
  await mkdir(CACHE, { recursive: true });
  const fresh = await mkdtemp(join(CACHE, 'chromium-'));
  try {
    await unpack(entry, join(home, 'bin'), fresh);
    await installFonts(fresh, folder);
    await rename(fresh, folder);
  } catch (error) {
    // another process was first
    if (!existsSync(folder)) throw error;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return folder;
}

/** In a process of its own: the package unpacks into the temporary folder of its process, wherever that is. */
async function unpack(entry: string, bin: string, into: string): Promise<void> {
  const archives = (await readdir(bin)).filter((name) => name.endsWith('.br')).map((name) => join(bin, name));
  const args = ['--input-type=module', '--eval', UNPACK, entry, ...archives];
  await promisify(execFile)(process.execPath, args, { env: { ...process.env, TMPDIR: into } });
}

/** @param into where the fonts are written; @param home where that folder will be */
async function installFonts(into: string, home: string): Promise<void> {
  await mkdir(join(into, 'texts'));
  for (const name of ['kr', 'jp']) {
    const files = join(dirname(require.resolve(`@fontsource/noto-sans-${name}/package.json`)), 'files');
    for (const file of (await readdir(files)).filter((each) => FONTS.test(each))) {
      const font = sfntOf(await readFile(join(files, file)));
      await writeFile(join(into, 'texts', file.replace('.woff', '.ttf')), font);
    }
  }
  const places = `<dir>${join(home, 'texts')}</dir><cachedir>${join(home, 'font-cache')}</cachedir>`;
  const head = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">';
  await writeFile(join(into, 'fonts.conf'), `${head}<fontconfig>${places}</fontconfig>\n`);
}
