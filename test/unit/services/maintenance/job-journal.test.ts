import { expect, it } from 'vitest';
import { openJobJournal } from '../../../../src/services/maintenance/job-journal.ts';
import { createMemoryStateStore } from '../../../../src/state/memory-state-store.ts';

const run = (at: number, ok: boolean, result: { readonly n: number } | undefined) => ({
  job: 'a',
  at,
  ms: 5,
  ok,
  result,
});

it('knows after a restart what was done, and nothing of runs that had nothing to do', async () => {
  const state = createMemoryStateStore();
  const journal = await openJobJournal(state);
  await journal.add(run(1, true, { n: 1 }));
  await journal.add(run(2, false, { n: 2 }));
  await journal.add(run(3, true, undefined));
  expect(journal.last('a')?.at).toBe(3);
  expect(journal.lastWell('a')).toBe(8);
  expect(journal.lastResult('a')).toEqual({ n: 1 });
  await state.append('jobs', { something: 'of a later version' });
  const after = await openJobJournal(state);
  expect(after.last('a')).toEqual(run(2, false, { n: 2 }));
  expect(after.lastWell('a')).toBe(6);
  expect(after.lastResult('a')).toEqual({ n: 1 });
  expect(after.last('b')).toBeUndefined();
  expect(after.recent().map(({ at }) => at)).toEqual([2, 1]);
});
