// `npm run proof`: lists the parts. `npm run proof -- PART … | all [--ci | --cycles N] [--seed S] [--only X] [--jobs N] [--write]`
// runs them one after another and ends with 1 when a promise is broken, or nothing was tried. `--ci` takes the sizes of
// `npm test`, and its patience; without `--seed` the seed is KIROKU_SEED, or the clock's; `--write` puts what came out of
// whole runs into docs/reliability.md.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ProofPart, ProofResult } from './proof-part.ts';
import { type Outcome, summary, writeOutcomes } from './proof-report.ts';

const HERE = fileURLToPath(new URL('./proof/', import.meta.url));
const SHOWN = 20;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ci: { type: 'boolean', default: false },
    cycles: { type: 'string' },
    seed: { type: 'string' },
    only: { type: 'string' },
    jobs: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});

const known = readdirSync(HERE)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();
const wanted = positionals.includes('all') ? known : positionals;
const unknown = wanted.filter((name) => !known.includes(name));

if (unknown.length > 0) fail(`there is no part called ${unknown.join(', ')}; there are ${known.join(', ')}`);
else if (wanted.length === 0) await list();
else await runAll(wanted);

function fail(words: string): void {
  process.stderr.write(`proof: ${words}\n`);
  process.exitCode = 2;
}

async function load(name: string): Promise<ProofPart> {
  const module: { default: ProofPart } = await import(new URL(`./proof/${name}.ts`, import.meta.url).href);
  return module.default;
}

async function list(): Promise<void> {
  for (const name of known) {
    const { what, unit, sizes } = await load(name);
    const [command, ci] = [sizes.command, sizes.ci].map((size) => size.toLocaleString('en'));
    process.stdout.write(
      `${name.padEnd(10)} ${what}\n${' '.repeat(11)}${command} ${unit} (in npm test: ${ci})\n`,
    );
  }
}

function whole(text: string | undefined, name: string, least: number): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d[\d_,]*$/.test(text) ? Number(text.replaceAll(/[_,]/g, '')) : Number.NaN;
  if (!(Number.isSafeInteger(number) && number >= least))
    throw new RangeError(`--${name} is no whole number from ${least} on: ${text}`);
  return number;
}

interface Plan {
  readonly name: string;
  readonly part: ProofPart;
  readonly cycles: number;
  readonly size: Outcome['size'];
}

async function planOf(name: string): Promise<Plan> {
  const part = await load(name);
  const { ci, command } = part.sizes;
  const cycles = whole(values.cycles, 'cycles', 1) ?? (values.ci ? ci : command);
  const size = cycles === ci ? 'ci' : cycles === command ? 'command' : 'other';
  return { name, part, cycles, size: values.only === undefined ? size : 'other' };
}

async function runAll(names: readonly string[]): Promise<void> {
  const seed = whole(values.seed ?? process.env['KIROKU_SEED'], 'seed', 0) ?? Date.now() % 2 ** 31;
  const plans = await Promise.all(names.map(planOf));
  const wanted = plans.filter(({ cycles }) => cycles > 0);
  for (const { name, cycles } of plans) if (cycles === 0) process.stdout.write(`${name}: by command only\n`);
  if (wanted.length === 0) return fail('nothing was tried');
  // a piece of a run would take the place of the whole one, and of what that had found broken
  if (values.write && wanted.some(({ size }) => size === 'other'))
    return fail('--write takes whole runs only: no --only, and no --cycles but a size of the part itself');
  const outcomes: Outcome[] = [];
  for (const { name, part, cycles, size } of wanted) {
    const ran = await runPart(name, part, cycles, seed);
    outcomes.push({ name, unit: part.unit, size, cycles, seed, ...ran });
    process.stdout.write(`${summary(outcomes.at(-1))}\n`);
  }
  if (values.write) writeOutcomes(outcomes);
  const broken = outcomes.filter(({ breaches }) => breaches.length > 0).map(({ name }) => name);
  process.stdout.write(broken.length === 0 ? 'every promise held\n' : `BROKEN: ${broken.join(', ')}\n`);
  process.exitCode = broken.length === 0 ? 0 : 1;
}

/** A part that throws has proved nothing: that is a breach too. */
async function runPart(
  name: string,
  part: ProofPart,
  cycles: number,
  seed: number,
): Promise<ProofResult & { readonly seconds: number }> {
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1000;
  const say = (line: string) =>
    process.stdout.write(`${elapsed().toFixed(0).padStart(6)} s  ${name}: ${line}\n`);
  say(`${cycles.toLocaleString('en')} ${part.unit}, seed ${seed}`);
  let result: ProofResult;
  try {
    const jobs = whole(values.jobs, 'jobs', 1);
    result = await part.run({ cycles, seed, say, only: values.only, jobs, busy: values.ci });
  } catch (error) {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    result = { figures: [], breaches: [`it did not come to its end: ${words}`] };
  }
  for (const breach of result.breaches.slice(0, SHOWN)) say(`BREACH ${breach}`);
  if (result.breaches.length > SHOWN) say(`… and ${result.breaches.length - SHOWN} more`);
  return { ...result, seconds: elapsed() };
}
