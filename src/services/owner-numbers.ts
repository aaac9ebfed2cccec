import type { OwnerUsage, Use, UseByKind } from '../catalog/usage.ts';
import { KINDS, STATUSES, type Status } from '../domain/kind.ts';

/**
 * What one owner has, as plain numbers: time of the last activity (ms), then count, bytes and bytes of thumbnails of
 * each kind, of the active ones and then of the trash. 152 bytes an owner, so that very many can be at hand.
 */
export type Numbers = Float64Array;

const A_USE = 3;
/** How many there are of one owner. */
export const NUMBERS = 1 + STATUSES.length * KINDS.length * A_USE;

export function numbersOf(usage: Pick<OwnerUsage, 'lastActivity' | Status>): Numbers {
  const uses = STATUSES.flatMap((status) => KINDS.map((kind) => usage[status][kind]));
  return Float64Array.from([
    usage.lastActivity,
    ...uses.flatMap(({ count, bytes, thumbBytes }) => [count, bytes, thumbBytes]),
  ]);
}

/** ms since the epoch; 0 when nothing ever was. */
export function lastActivityOf(numbers: Numbers): number {
  return numbers[0] ?? 0;
}

/** Over all kinds of one status. */
export function totalOf(numbers: Numbers, status: Status): Use {
  const sums = [0, 0, 0];
  const first = 1 + STATUSES.indexOf(status) * KINDS.length * A_USE;
  for (let i = 0; i < KINDS.length * A_USE; i++) {
    const sum = i % A_USE;
    sums[sum] = (sums[sum] ?? 0) + (numbers[first + i] ?? 0);
  }
  const [count = 0, bytes = 0, thumbBytes = 0] = sums;
  return { count, bytes, thumbBytes };
}

export function useByKind(numbers: Numbers, status: Status): UseByKind {
  return {
    generated: useAt(numbers, status, 0),
    input: useAt(numbers, status, 1),
    control: useAt(numbers, status, 2),
  };
}

function useAt(numbers: Numbers, status: Status, kind: number): Use {
  const at = 1 + (STATUSES.indexOf(status) * KINDS.length + kind) * A_USE;
  return { count: numbers[at] ?? 0, bytes: numbers[at + 1] ?? 0, thumbBytes: numbers[at + 2] ?? 0 };
}
