import { describe, expect, it } from 'vitest';
import { silentLog } from '../../src/domain/log.ts';
import { recoverStaged } from '../../src/services/maintenance/recover.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { unstopped } from '../support/backup.ts';
import { copyOf, filesBelow, messyTree, openMessy } from '../support/messy-tree.ts';
import { createFaultStorage } from '../support/storage/fault-storage.ts';

const { signal } = unstopped;

type Step = (storage: Storage) => Promise<void>;

/** As a process of its own: opened anew, and closed if it lives. */
function running(act: (reindex: ReturnType<typeof openMessy>['reindex']) => Promise<unknown>): Step {
  return async (storage) => {
    const { rig, reindex } = openMessy(storage);
    await recoverStaged({ blobs: rig.blobs, catalog: rig.catalog, log: silentLog });
    await act(reindex);
    await rig.close();
  };
}

const settle = running((reindex) => reindex.run({ depth: 'changes' }, signal));
const setAside = running((reindex) => reindex.run({ depth: 'changes', quarantine: 'all' }, signal));
const takeBack = running((reindex) => reindex.release({}, signal));

/** The tree's files by what they hold, wherever they lie: nothing may be lost or doubled. */
async function pictures(storage: Storage): Promise<string[]> {
  const files = [
    ...(await filesBelow(storage, 'users')),
    ...[...(await filesBelow(storage, '.kiroku/quarantine'))].map(
      ([path, hash]) => [path.replace('.kiroku/quarantine', 'users'), hash] as const,
    ),
  ];
  return [
    ...new Set(files.filter(([path]) => !path.includes('manifest')).map((pair) => pair.join(' '))),
  ].sort();
}

describe.each([
  ['into quarantine', setAside, takeBack],
  ['back from it', takeBack, setAside],
] as const)('a way %s that is killed at any call', (_, step, other) => {
  it('is gone on with by the next run, and every file is in one of the two places', async () => {
    const start = await messyTree();
    await settle(start);
    if (step === takeBack) await setAside(start);
    const all = await pictures(start);
    const wanted = await copyOf(start);
    await step(wanted);
    const end = await eachPlace(wanted);
    let killed = 0;
    for (let at = 1; ; at += 1) {
      const storage = await copyOf(start);
      const fault = createFaultStorage(storage, { at, fault: { kill: true, torn: true } });
      await step(fault).catch(() => undefined);
      if (!fault.hit()) break;
      killed = at;
      const place = fault.trace.at(-1);
      expect(await pictures(storage), place).toEqual(all);
      const turned = at % 2 === 0;
      if (turned) await other(storage);
      await step(storage);
      expect(await pictures(storage), place).toEqual(all);
      expect(await eachPlace(storage), place).toEqual(end);
    }
    expect(killed).toBeGreaterThan(40);
  });
});

/** What lies in each place when a run has come to its end: no file lies in both. */
async function eachPlace(storage: Storage): Promise<string[]> {
  const users = strip(await filesBelow(storage, 'users'));
  const aside = strip(await filesBelow(storage, '.kiroku/quarantine'));
  const there = new Set(users);
  expect(aside.filter((file) => there.has(file.replace('.kiroku/quarantine', 'users')))).toEqual([]);
  return [...users, ...aside];
}

function strip(files: ReadonlyMap<string, string>): string[] {
  return [...files]
    .filter(([path]) => !path.includes('manifest'))
    .map(([path, hash]) => `${path} ${hash}`)
    .sort();
}
