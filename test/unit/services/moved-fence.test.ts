import { expect, it } from 'vitest';
import type { Catalog } from '../../../src/catalog/catalog.ts';
import { createMemoryCatalog } from '../../../src/catalog/memory-catalog.ts';
import { createMoved } from '../../../src/services/moved.ts';
import { createMovedFence } from '../../../src/services/moved-fence.ts';
import { createMemoryStateStore } from '../../../src/state/memory-state-store.ts';
import { idOf } from '../../support/ids.ts';
import { sampleRecord } from '../../support/records.ts';
import { ANNA, BERT, NOON } from '../../support/services.ts';

const putOf = (n: number) => ({ op: 'put', record: sampleRecord({ owner: ANNA, id: idOf(n) }) }) as const;

it('waits for what was let in before the mark, and lets nothing in afterwards but a purge', async () => {
  const inner = createMemoryCatalog({ now: () => NOON });
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const slow: Catalog = {
    ...inner,
    commit: (owner, mutation) => gate.then(() => inner.commit(owner, mutation)),
  };
  const moved = createMoved({ state: createMemoryStateStore(), now: () => NOON });
  const { catalog, drained } = createMovedFence(slow, moved);
  await moved.resolve(ANNA);
  const early = catalog.commit(ANNA, putOf(1));
  await moved.mark(ANNA, BERT);
  await expect(catalog.commit(ANNA, putOf(2))).rejects.toMatchObject({
    code: 'owner_moved',
    details: { retryAfter: 1 },
  });
  let isDrained = false;
  const waiting = drained(ANNA).then(() => {
    isDrained = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isDrained).toBe(false);
  open();
  await waiting;
  expect((await early).outcome).toBe('committed');
  expect((await catalog.commit(ANNA, { op: 'purge', kind: 'generated', id: idOf(1) })).outcome).toBe(
    'committed',
  );
  expect(await catalog.lookup(ANNA, idOf(1))).toBeUndefined();
});

it('asks where an unknown owner is before it lets anything in', async () => {
  const state = createMemoryStateStore();
  await state.updateOwner(ANNA, () => ({ moved_to: BERT }));
  const { catalog } = createMovedFence(
    createMemoryCatalog({ now: () => NOON }),
    createMoved({ state, now: () => NOON }),
  );
  await expect(catalog.commit(ANNA, putOf(1))).rejects.toMatchObject({ code: 'owner_moved' });
});
