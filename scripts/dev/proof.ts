// `npm run proof`: lists the parts. `npm run proof -- PART … | all [--ci | --cycles N] [--seed S] [--only X] [--jobs N] [--write]`
// runs them one after another and ends with 1 when a promise is broken. `--ci` takes the sizes of `npm test`; `--write`
// puts what came out into docs/reliability.md.
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

function whole(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text.replaceAll(/[_,]/g, ''));
  if (!Number.isSafeInteger(number) || number < 0)
    throw new RangeError(`--${name} is no whole number: ${text}`);
  return number;
}

async function runAll(names: readonly string[]): Promise<void> {
  const seed = whole(values.seed, 'seed') ?? Date.now() % 2 ** 31;
  const outcomes: Outcome[] = [];
  for (const name of names) {
    const part = await load(name);
    const size = values.ci ? 'ci' : 'command';
    const cycles = whole(values.cycles, 'cycles') ?? part.sizes[size];
    outcomes.push({
      name,
      unit: part.unit,
      size,
      cycles,
      seed,
      ...(await runPart(name, part, cycles, seed)),
    });
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
    const jobs = whole(values.jobs, 'jobs');
    result = await part.run({ cycles, seed, say, only: values.only, jobs });
  } catch (error) {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    result = { figures: [], breaches: [`it did not come to its end: ${words}`] };
  }
  for (const breach of result.breaches.slice(0, SHOWN)) say(`BREACH ${breach}`);
  return { ...result, seconds: elapsed() };
}
