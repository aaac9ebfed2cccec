import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answerOf, api } from '../api/client.ts';
import type { Family } from '../api/types.ts';
import type { AdminItem } from './types.ts';

export const FAMILIES = ['images', 'inputs', 'controls'] as const satisfies readonly Family[];

/** Calls at once: enough to be quick, few enough to leave the server to others. */
const PARALLEL = 4;

export type Change = 'delete' | 'restore';

interface Asked {
  readonly change: Change;
  readonly items: readonly AdminItem[];
}

/** Puts somebody's pictures into the trash, or back. What was not possible is an error, after all others were tried. */
export function useChangePictures(family: Family) {
  const client = useQueryClient();
  return useMutation({
    mutationKey: ['admin', 'change-pictures'],
    mutationFn: async ({ change, items }: Asked) => {
      const waiting = [...items];
      const failures: unknown[] = [];
      const worker = async () => {
        for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
          await changeOne(family, change, item).catch((error: unknown) => failures.push(error));
        }
      };
      await Promise.all(Array.from({ length: PARALLEL }, worker));
      if (failures.length > 0) throw failures[0];
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['admin'], predicate: isNoSession }),
  });
}

function isNoSession({ queryKey }: { readonly queryKey: readonly unknown[] }): boolean {
  return queryKey[1] !== 'session';
}

function changeOne(family: Family, change: Change, { id, owner }: AdminItem) {
  return answerOf(api.admin[family][':id'][change].$post({ param: { id }, json: { user_id: owner } }));
}

/** What is known by words of a picture, short. */
export function nameOf({ meta, id }: AdminItem): string {
  const prompt = typeof meta.prompt === 'string' ? meta.prompt.trim() : '';
  return prompt === '' ? meta.original_filename || id : prompt;
}

export function bytesOf(items: readonly AdminItem[]): number {
  return items.reduce((sum, { meta }) => sum + meta.bytes, 0);
}
