import type { ProofOptions } from '../../scripts/dev/proof-part.ts';
import { seeded } from '../acceptance/calls.ts';
import type { Injection } from './strace-attach.ts';

/** What may go wrong where, and which of it is tried. */
export const CALLS = [
  'openat',
  'pwrite64',
  'fsync',
  'fdatasync',
  'link',
  'rename',
  'unlink',
  'mkdir',
] as const;
const ERRORS = ['EIO', 'ENOSPC', 'EMFILE', 'EACCES', 'EROFS', 'KILL'] as const;

/** Cases that cost a start of the server: at most one of so many. */
const DEAR = 25;
export interface Case extends Injection {
  readonly act: string;
}

export function casesOf(act: string, call: string, count: number): Case[] {
  return Array.from({ length: count }, (_, index) => index + 1).flatMap((nth) =>
    ERRORS.flatMap((error) =>
      (error === 'KILL' ? [false] : [false, true]).map((forever) => ({ act, call, error, nth, forever })),
    ),
  );
}

const isDear = ({ act, error }: Case) => act === 'start-up' || error === 'KILL';

/** Without repetition until all were there; then all over again. */
export function sample(all: readonly Case[], { cycles, seed, only, say }: ProofOptions): Case[] {
  const random = seeded(seed);
  const fitting = all.filter((one) => only === undefined || nameOf(one).includes(only));
  say(`${fitting.length} cases there are`);
  const endless = (from: readonly Case[]) => {
    let left: Case[] = [];
    return () => {
      if (left.length === 0) left = [...from];
      const [one] = left.splice(Math.floor(random() * left.length), 1);
      if (one === undefined) throw new Error(`there is no case of ${only}`);
      return one;
    };
  };
  const dear = fitting.filter(isDear);
  const cheap = fitting.filter((one) => !isDear(one));
  const [nextDear, nextCheap] = [endless(dear), endless(cheap)];
  return Array.from({ length: cycles }, (_, index) =>
    dear.length > 0 && (cheap.length === 0 || index % DEAR === DEAR - 1) ? nextDear() : nextCheap(),
  );
}

export function nameOf({ act, call, error, nth, forever }: Case): string {
  return `${act}: ${error} at ${call} ${nth}${forever ? ' and for ever' : ''}`;
}
