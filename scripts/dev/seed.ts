// `npm run seed -- --owners 200 --images 100000 --out DIR`: a believable tree to look at and to measure on.
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '../../test/support/pictures.ts';
import { seedTree } from './seed-tree.ts';

const USAGE = `npm run seed -- --out DIR [--owners 3] [--images 300] [--days 60] [--seed 1] [--until 2026-11-01] [--no-manifests] [--no-files]

Writes a tree of generated pictures with prompts in English, Korean and Japanese. The same options give the same tree.
--images is the number over all owners. --until is the end of the last day (UTC).
--no-manifests leaves the manifests to be rebuilt by the server.
--no-files writes manifests alone: millions of records in a minute, and no picture can be opened.
`;

const { values } = parseArgs({
  allowNegative: true,
  options: {
    out: { type: 'string' },
    owners: { type: 'string', default: '3' },
    images: { type: 'string', default: '300' },
    days: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    until: { type: 'string', default: '2026-11-01' },
    manifests: { type: 'boolean', default: true },
    files: { type: 'boolean', default: true },
    help: { type: 'boolean', default: false },
  },
});

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  return stop(`--${name}: "${text}" is not a whole number above 0.`);
}

function stop(message: string): never {
  process.stderr.write(`${message}\n\n${USAGE}`);
  process.exit(2);
}

if (values.help) {
  process.stdout.write(USAGE);
  process.exit(0);
}
if (values.out === undefined) stop('--out is missing.');
const out = resolve(values.out);
if (existsSync(out) && readdirSync(out).length > 0)
  stop(`${out} is not empty: nothing is written over a tree.`);
if (!values.files && !values.manifests)
  stop('--no-manifests and --no-files together leave nothing to write.');
const until = Date.parse(`${values.until}T00:00:00Z`);
if (!Number.isFinite(until)) stop(`--until: "${values.until}" is not a day.`);
const seed = whole('seed', values.seed);

const began = performance.now();
const owners = await seedTree({
  out,
  until,
  seed,
  owners: whole('owners', values.owners),
  images: whole('images', values.images),
  days: whole('days', values.days),
  manifests: values.manifests,
  files: values.files,
  random: seededRandom(seed),
  progress: (done, pictures) => process.stderr.write(`\r${done} owners, ${pictures} pictures`),
});
const seconds = ((performance.now() - began) / 1000).toFixed(1);
process.stderr.write(`\n${out}: ${owners.length} owners in ${seconds} s, for instance ${owners[0]}\n`);
