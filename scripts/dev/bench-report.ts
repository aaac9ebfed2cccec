import { appendFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

/** One measured figure and what it has to reach. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** `x` for a ratio of two rates of the same run, else a unit. */
  readonly unit: 'x' | 'ms' | 'bytes' | 'elements' | '/s';
  /** `atLeast` for rates and ratios of them, `atMost` for times and sizes; neither is a figure only shown. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** What it was measured against, in a few words. */
  readonly note?: string;
}

export function holds({ value, atLeast, atMost }: Figure): boolean {
  return (
    Number.isFinite(value) && value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Infinity)
  );
}

/**
 * Prints the figures, adds them to the file named by KIROKU_BENCH_RESULTS (JSON Lines, read by `bench.ts`), and makes
 * the process end with 1 when one of them misses its target.
 */
export function report(figures: readonly Figure[]): void {
  for (const figure of figures) process.stdout.write(`${describe(figure)}\n`);
  const target = process.env['KIROKU_BENCH_RESULTS'];
  if (target !== undefined) {
    for (const figure of figures) appendFileSync(target, `${JSON.stringify(figure)}\n`);
  }
  if (!figures.every(holds)) process.exitCode = 1;
}

function describe(figure: Figure): string {
  const shown = `${format(figure.value)} ${figure.unit}`;
  return [
    verdict(figure).padEnd(5),
    figure.name.padEnd(60),
    shown.padStart(14),
    wanted(figure),
    figure.note ?? '',
  ]
    .join('  ')
    .trimEnd();
}

export function verdict(figure: Figure): string {
  if (figure.atLeast === undefined && figure.atMost === undefined) return '';
  return holds(figure) ? 'ok' : 'BELOW';
}

export function wanted({ atLeast, atMost }: Figure): string {
  if (atLeast !== undefined) return `>= ${format(atLeast)}`;
  return atMost === undefined ? '' : `<= ${format(atMost)}`;
}

export function format(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** The machine in one line, without its name. */
export function machine(): string {
  const cpu = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpu.length} cores (${cpu[0]?.model.trim() ?? 'unknown'}), ${memory} GiB, ${process.platform} ${process.arch}, Node ${process.version}`;
}

/** Middle of several measurements: one slow neighbour does not decide. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
}
