// `npm run bench [-- name …]`: every benchmark, one after another, each in a process of its own. Ends with 1 when a
// figure misses its target. `-- --write` puts the results into docs/benchmarks.md.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { NODE_FLAGS } from '../lib/node-flags.mjs';
import { type Figure, format, holds, machine, verdict, wanted } from './bench-report.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const DAY = new Date().toISOString().slice(0, 10);
const PAGE = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));
const NO_BENCH = new Set(['report', 'server', 'load']);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean', default: false } },
});

/** `bench-start.ts` is `start`. A file that only helps others says so with a second dash in its name. */
const names = readdirSync(HERE)
  .map((file) => /^bench-([a-z]+)\.ts$/.exec(file)?.[1])
  .filter((name) => name !== undefined && !NO_BENCH.has(name))
  .filter((name) => positionals.length === 0 || positionals.includes(name ?? ''));

const folder = mkdtempSync(join(tmpdir(), 'kiroku-bench-'));
const results: { name: string; figures: Figure[]; code: number | null }[] = [];
try {
  for (const name of names) results.push(await runBench(name ?? ''));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const failed = results.filter(({ code, figures }) => code !== 0 || !figures.every(holds));
process.stdout.write(`\n${table()}\n`);
if (values.write) writePage();
process.stdout.write(
  failed.length === 0
    ? `all ${results.length} benchmarks reach their targets\n`
    : `below target or broken: ${failed.map(({ name }) => name).join(', ')}\n`,
);
process.exitCode = failed.length === 0 && results.length > 0 ? 0 : 1;

async function runBench(name: string): Promise<(typeof results)[number]> {
  process.stdout.write(`\n== ${name}\n`);
  const file = join(folder, `${name}.jsonl`);
  writeFileSync(file, '');
  const args = ['--expose-gc', ...NODE_FLAGS, join(HERE, `bench-${name}.ts`)];
  const child = spawn(process.execPath, args, {
    stdio: 'inherit',
    env: { ...process.env, KIROKU_BENCH_RESULTS: file },
  });
  await once(child, 'exit');
  const lines = readFileSync(file, 'utf8').split('\n');
  const figures = lines.filter((line) => line !== '').map((line): Figure => JSON.parse(line));
  return { name, figures, code: child.exitCode };
}

function rows(): string[] {
  return results.flatMap(({ name, figures }) =>
    figures.map((figure) => {
      const shown = `${format(figure.value)} ${figure.unit}`;
      return `| ${name} | ${DAY} | ${figure.name} | ${shown} | ${wanted(figure)} | ${verdict(figure)} | ${figure.note ?? ''} |`;
    }),
  );
}

function table(all: readonly string[] = rows()): string {
  const head = [
    '| bench | day | what | measured | target | | against |',
    '| --- | --- | --- | --- | --- | --- | --- |',
  ];
  return [...head, ...all].join('\n');
}

/** Replaces what stands between the two marks of the page; benchmarks that did not run keep their rows. */
function writePage(): void {
  const page = readFileSync(PAGE, 'utf8');
  const marked = /(<!-- results -->\n)([\s\S]*)(\n<!-- end of results -->)/;
  const before = marked.exec(page)?.[2];
  if (before === undefined) throw new Error('docs/benchmarks.md has no place for results');
  const ran = new Set(results.map(({ name }) => name));
  const kept = before
    .split('\n')
    .filter((row) => /^\| [a-z]+ \| \d{4}-/.test(row) && !ran.has(row.split(' ')[1] ?? ''));
  const all = [...kept, ...rows()].sort((a, b) => benchOf(a).localeCompare(benchOf(b)));
  const block = `\`npm run bench -- --write\`, ${machine()}\n\n${table(all)}`;
  writeFileSync(
    PAGE,
    page.replace(marked, (_all, start: string, _rows: string, end: string) => `${start}${block}${end}`),
  );
}

function benchOf(row: string): string {
  return row.split(' ')[1] ?? '';
}
