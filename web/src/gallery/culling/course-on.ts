import { answerOf, api, until } from '../../api/client.ts';
import { isProblem } from '../../api/problem.ts';
import type { Collection } from '../../grid/collection-types.ts';
import { type Course, courseFrom, courseOf } from './course.ts';

/** What is picked in a list, else everything from this place on; undefined where nothing is loaded there. */
export function courseOn(list: Collection, index: number): Course | undefined {
  const { family, selection, picks } = list;
  if (picks.count > 0) {
    const ids = picks.all().map(({ id }) => id);
    return courseOf(
      ids,
      (id) => list.peek(list.peekIndexOf(id)),
      async (id, signal) => {
        try {
          return await answerOf(api[family][':id'].$get({ param: { id }, query: {} }, until(signal)));
        } catch (error) {
          // deleted for good meanwhile: the next one
          if (isProblem(error, 'not_found')) return undefined;
          throw error;
        }
      },
    );
  }
  const first = list.peek(index);
  return first === undefined ? undefined : courseFrom(family, selection, first, list.total - index);
}
