import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answerOf, api, until } from '../../api/client.ts';
import type { SavedSearch, Selection } from '../../api/types.ts';
import { searchOf, selectionFrom } from '../selection.ts';

const KEY = ['searches'] as const;

/** The owner's saved searches, in the order in which they were saved. */
export function useSearches() {
  return useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) => {
      const { searches } = await answerOf(api.searches.$get({ query: {} }, until(signal)));
      return searches;
    },
  });
}

/** Saving, renaming and deleting; each shows when the server has it. */
export function useSearchChanges() {
  const client = useQueryClient();
  const patch = (change: (searches: SavedSearch[]) => SavedSearch[]) =>
    client.setQueryData<SavedSearch[]>(KEY, (before) => change(before ?? []));
  const save = useMutation({
    mutationFn: ({ name, selection }: { name: string; selection: Selection }) =>
      answerOf(api.searches.$post({ query: {}, json: { name, query: savedQuery(selection) } })),
    onSuccess: (made) => patch((all) => [...all, made]),
  });
  const rename = useMutation({
    mutationFn: ({ id, name }: { id: string; name: string }) =>
      answerOf(api.searches[':sid'].$patch({ param: { sid: id }, query: {}, json: { name } })),
    onSuccess: (made) => patch((all) => all.map((one) => (one.id === made.id ? made : one))),
  });
  const remove = useMutation({
    mutationFn: (id: string) => answerOf(api.searches[':sid'].$delete({ param: { sid: id }, query: {} })),
    onSuccess: (_, id) => patch((all) => all.filter((one) => one.id !== id)),
  });
  return { save, rename, remove };
}

/** As it stands in the address: days without a time zone are the reader's, wherever he is by then. */
function savedQuery(selection: Selection) {
  return selectionFrom(searchOf(selection));
}
