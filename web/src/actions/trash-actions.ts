import type { TFunction } from 'i18next';
import type { Family } from '../api/types.ts';
import type { Actions, How, Picture } from './actions.ts';
import { type Hidden, hide } from './patch.ts';
import type { Run } from './run.ts';

/** Into the trash and out of it: pictures leave the lists of the one status, and come back to their places by undo. */
export function createTrashActions(
  family: Family,
  run: Run,
  t: TFunction<'gallery'>,
): Pick<Actions, 'trash' | 'restore'> {
  const said = {
    delete: (count: number) => t('trashed', { count }),
    restore: (count: number) => t('restored', { count }),
  };
  const takeBack = (action: 'delete' | 'restore', pictures: readonly Picture[], hidden: readonly Hidden[]) =>
    run({
      action: { action },
      pictures,
      show(step) {
        for (const one of hidden) one.undo(step);
        return {
          undo(some) {
            for (const one of hidden) one.again(some);
          },
          settle() {
            for (const one of hidden) one.settle();
          },
        };
      },
      done: said[action],
    });
  const move = (
    action: 'delete' | 'restore',
    pictures: readonly Picture[],
    how: How | undefined,
  ): Promise<void> => {
    const hidden: Hidden[] = [];
    return run({
      action: { action },
      pictures,
      show(step) {
        const now = hide(family, step, action === 'delete' ? 'active' : 'trash');
        hidden.push(now);
        return now;
      },
      done: said[action],
      back: (left) => takeBack(action === 'delete' ? 'restore' : 'delete', left, hidden),
      how,
    });
  };
  return {
    trash: (pictures, how) => move('delete', pictures, how),
    restore: (pictures, how) => move('restore', pictures, how),
  };
}
