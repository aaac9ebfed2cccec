import type { Item } from '../api/types.ts';
import type { Sequence } from '../grid/sequence.ts';

/** A list of one, for a picture that the page's list leaves out. */
export function listOfOne(sequence: Sequence, item: Item): Sequence {
  return {
    family: sequence.family,
    selection: sequence.selection,
    total: 1,
    isReady: true,
    version: 0,
    subscribe: () => () => {},
    peek: (index) => (index === 0 ? item : undefined),
    itemAt: async (index) => (index === 0 ? item : undefined),
    indexOf: async ({ id }) => (id === item.id ? 0 : -1),
    peekIndexOf: (id) => (id === item.id ? 0 : -1),
  };
}
