import type { TFunction } from 'i18next';
import type { Family } from '../api/types.ts';
import type { Actions, Picture } from './actions.ts';
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
  const takeBack = (action: 'delete' | 'restore', pictures: readonly Picture[], hidden: Hidden) =>
    run({
      action: { action },
      pictures,
      show() {
        hidden.undo();
        return { undo: hidden.again, settle: hidden.settle };
      },
      done: said[action],
    });
  return {
    trash(pictures, how) {
      const hidden = hide(family, pictures, 'active');
      const back = (left: readonly Picture[]) => takeBack('restore', left, hidden);
      return run({
        action: { action: 'delete' },
        pictures,
        show: () => hidden,
        done: said.delete,
        back,
        how,
      });
    },
    restore(pictures, how) {
      const hidden = hide(family, pictures, 'trash');
      const back = (left: readonly Picture[]) => takeBack('delete', left, hidden);
      return run({
        action: { action: 'restore' },
        pictures,
        show: () => hidden,
        done: said.restore,
        back,
        how,
      });
    },
  };
}
