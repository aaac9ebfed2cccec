import type { Day } from '../../domain/day.ts';
import { fromErrno, KirokuError } from '../../domain/errors.ts';
import type { Owner } from '../../domain/owner.ts';

/** What part of a tree or of a backup is meant, and how to follow and stop the work. */
export interface PartRequest {
  /** One owner; all without. */
  readonly owner?: Owner;
  /** Day folders from this day on, to that day; both inclusive. */
  readonly from?: Day;
  readonly to?: Day;
  /** Say what would be done, and write nothing. */
  readonly dryRun?: boolean;
  readonly signal: AbortSignal;
  /** Called now and then with how many pictures were looked at. */
  readonly progress?: (pictures: number) => void;
}

export function isWithin(day: Day, { from, to }: Pick<PartRequest, 'from' | 'to'>): boolean {
  return (from === undefined || day >= from) && (to === undefined || day <= to);
}

/** A service with one verb. What it rejects with is a `KirokuError`. */
export interface Run<Request, Report> {
  run(request: Request): Promise<Report>;
}

/** Binds the work to what it needs; failures of the storage get their code. */
export function createRun<Deps, Request, Report>(
  deps: Deps,
  work: (deps: Deps, request: Request) => Promise<Report>,
): Run<Request, Report> {
  return {
    async run(request) {
      try {
        return await work(deps, request);
      } catch (error) {
        throw fromErrno(error);
      }
    },
  };
}

/** A report while it is being made. */
export type Tally<Report extends { readonly found: readonly unknown[] }> = {
  -readonly [member in keyof Omit<Report, 'found'>]: Report[member];
} & { readonly found: Report['found'][number][] };

const MOST_FOUND = 10_000;

/** Adds what was found, as far as a report tells of it. */
export function addFound<T>(found: T[], one: T): void {
  if (found.length < MOST_FOUND) found.push(one);
}

/**
 * Works on so many at once, and gives each with its result in order. When one fails the others of its batch come to
 * their end first.
 * @throws KirokuError `aborted`, and whatever the work threw
 */
export async function* inBatches<T, R>(
  items: readonly T[],
  size: number,
  signal: AbortSignal,
  work: (item: T) => Promise<R>,
): AsyncGenerator<readonly [item: T, result: R]> {
  for (let from = 0; from < items.length; from += size) {
    if (signal.aborted) throw new KirokuError('aborted', 'Stopped.', { cause: signal.reason });
    const some = items.slice(from, from + size);
    const ends = await Promise.allSettled(some.map(async (item) => [item, await work(item)] as const));
    for (const end of ends) {
      if (end.status === 'rejected') throw end.reason;
      yield end.value;
    }
  }
}
