import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { machine } from './bench-report.ts';
import type { ProofResult } from './proof-part.ts';

const PAGE = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));

/** What came out of one part, and how to get it again. */
export interface Outcome extends ProofResult {
  readonly name: string;
  readonly unit: string;
  /** `other`: neither of the part's own, or not all of its cases. */
  readonly size: 'ci' | 'command' | 'other';
  readonly cycles: number;
  readonly seed: number;
  readonly seconds: number;
}

function figuresOf({ figures, breaches }: Outcome): string {
  const told = figures.map(({ name, value }) => {
    const shown =
      typeof value === 'number' ? value.toLocaleString('en', { maximumFractionDigits: 3 }) : value;
    return `${shown} ${name}`;
  });
  return [...told, `${breaches.length} broken promises`].join(', ');
}

export function summary(outcome: Outcome | undefined): string {
  if (outcome === undefined) return '';
  const verdict = outcome.breaches.length === 0 ? 'held' : 'BROKEN';
  return `${verdict}  ${outcome.name}: ${figuresOf(outcome)} (${outcome.seconds.toFixed(0)} s)`;
}

/**
 * Puts outcomes into the table between the two marks of docs/reliability.md; rows of other parts and of the other size
 * stay.
 */
export function writeOutcomes(outcomes: readonly Outcome[]): void {
  if (outcomes.some(({ size }) => size === 'other')) throw new RangeError('a row is of a whole run');
  const page = readFileSync(PAGE, 'utf8');
  const marked = /(<!-- figures -->\n)([\s\S]*?)(\n<!-- end of figures -->)/;
  const before = marked.exec(page)?.[2];
  if (before === undefined) throw new Error('docs/reliability.md has no place for figures');
  const rows = new Map(
    before
      .split('\n')
      .filter((row) => /^\| [a-z-]+ \| (?:ci|command) \|/.test(row))
      .map((row): [string, string] => [keyOf(row), row]),
  );
  for (const outcome of outcomes) rows.set(keyOf(rowOf(outcome)), rowOf(outcome));
  const table = [
    '| part | size | how to run it again | day and machine | what came out |',
    '| --- | --- | --- | --- | --- |',
    ...[...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row),
  ].join('\n');
  writeFileSync(
    PAGE,
    page.replace(marked, (_all, start: string, _rows, end: string) => start + table + end),
  );
}

function keyOf(row: string): string {
  return row.split(' | ', 2).join(' | ');
}

function rowOf(outcome: Outcome): string {
  const { name, size, cycles, seed, seconds } = outcome;
  const again = `\`npm run proof -- ${name} --cycles ${cycles} --seed ${seed}\``;
  const day = new Date().toISOString().slice(0, 10);
  const told = `${figuresOf(outcome)}; ${seconds.toFixed(0)} s`;
  return `| ${name} | ${size} | ${again} | ${day}, ${machine()} | ${told} |`;
}
