import type { Day } from '../../domain/day.ts';
import { dayFolder, kindFolder, ownerFolder } from '../../domain/key.ts';
import { KINDS } from '../../domain/kind.ts';
import type { Owner } from '../../domain/owner.ts';
import type { DayPlace } from './reconcile-types.ts';

/** A folder worth a watch. */
export interface WatchTarget {
  /** Relative to the tree's root. */
  readonly path: string;
  /** The owner whose folders have to be planned again when something appears here; undefined for `users/`. */
  readonly owner: Owner | undefined;
  /** Set for a day folder. */
  readonly place: DayPlace | undefined;
}

export const USERS: WatchTarget = { path: 'users', owner: undefined, place: undefined };

/** One owner's folders that may matter now, parents before their children, whether they exist or not. */
export function targetsOf(owner: Owner, days: readonly Day[]): WatchTarget[] {
  const targets = new Map<string, WatchTarget>();
  const add = (path: string, place?: DayPlace) => {
    if (!targets.has(path)) targets.set(path, { path, owner, place });
  };
  add(ownerFolder(owner));
  for (const kind of KINDS) {
    const root = kindFolder(owner, kind);
    add(root);
    for (const day of days) {
      add(`${root}/${day.slice(0, 4)}`);
      add(`${root}/${day.slice(0, 7)}`);
      add(dayFolder(owner, kind, day), { owner, kind, day });
    }
  }
  return [...targets.values()];
}

const STRUCTURE = /^(?:\d{2}|\d{4}|inputs|controls)$/;

/** True when a name that changed in an owner's folder (not a day's) can be a folder of the plan. */
export function isStructural(name: string): boolean {
  return STRUCTURE.test(name);
}
