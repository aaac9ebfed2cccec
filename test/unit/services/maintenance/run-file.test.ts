import { describe, expect, it } from 'vitest';
import { createMemoryCatalog } from '../../../../src/catalog/memory-catalog.ts';
import { KirokuError, UnsettledError } from '../../../../src/domain/errors.ts';
import { silentLog } from '../../../../src/domain/log.ts';
import { createIoMeter } from '../../../../src/services/maintenance/io-meter.ts';
import { type RunFile, readFormerRun, startRun } from '../../../../src/services/maintenance/run-file.ts';
import { watchCommits } from '../../../../src/services/maintenance/settled.ts';
import { createMemoryStateStore } from '../../../../src/state/memory-state-store.ts';
import { sampleRecord } from '../../../support/records.ts';
import { ANNA, failureOf, NOON, pictureId } from '../../../support/services.ts';

const ID = pictureId('0'.repeat(32));
const EDIT = { op: 'edit', kind: 'generated', id: ID, change: () => undefined } as const;

function setup() {
  const time = { now: NOON };
  const state = createMemoryStateStore();
  const inner = createMemoryCatalog({ now: () => time.now });
  const behaviour = { commit: inner.commit };
  const io = createIoMeter();
  let run: RunFile | undefined;
  const { catalog, clock } = watchCommits(
    { ...inner, commit: (owner, mutation) => behaviour.commit(owner, mutation) },
    () => time.now,
    io,
    async (since) => run?.cover(since),
  );
  const start = async (isNew = false) => {
    const former = await readFormerRun(state, isNew);
    run = await startRun({ state, clock, former, log: silentLog, now: () => time.now });
    return { former, run };
  };
  const document = () => state.readDocument('run');
  return { time, state, behaviour, catalog, clock, io, start, document };
}

describe('the settled time', () => {
  it('is that of the earliest change under way', async () => {
    const { time, behaviour, catalog, clock } = setup();
    const idle = clock.settledAt();
    expect(idle).toBeLessThan(NOON);
    let finish = (): void => {};
    behaviour.commit = () =>
      new Promise((_, reject) => (finish = () => reject(new KirokuError('not_found', ''))));
    const first = failureOf(catalog.commit(ANNA, EDIT));
    time.now += 60_000;
    expect(clock.settledAt()).toBe(idle);
    finish();
    await first;
    expect(clock.settledAt()).toBe(idle + 60_000);
    expect(clock.changes()).toBe(1);
  });

  it('stays at a change whose lasting form is owed', async () => {
    const { time, behaviour, catalog, clock, start, document } = setup();
    const { run } = await start(true);
    const before = clock.settledAt();
    behaviour.commit = () => Promise.reject(new UnsettledError('io_error', ''));
    await failureOf(catalog.commit(ANNA, EDIT));
    time.now += 60_000;
    expect(clock.settledAt()).toBe(before);
    await run.finish();
    expect(await document()).toMatchObject({ clean: false, settled_at: new Date(before).toISOString() });
  });
});

describe('run.json', () => {
  it('asks for nothing after a clean stop, nor in a new tree', async () => {
    const { start, document } = setup();
    const { former, run } = await start(true);
    expect(former.unsettledSince).toBeUndefined();
    expect(await document()).toMatchObject({ clean: false, started_at: '2026-11-21T12:00:00.000Z' });
    await run.finish();
    expect(await document()).toMatchObject({ clean: true });
    expect((await start()).former.unsettledSince).toBeUndefined();
  });

  it('asks for a comparison since the settled time after an unclean stop', async () => {
    const { time, catalog, start } = setup();
    const { run } = await start(true);
    time.now += 60_000;
    await failureOf(catalog.commit(ANNA, EDIT));
    await run.tick();
    const { former } = await start();
    expect(former.unsettledSince).toBe(NOON + 55_000);
  });

  it('asks for all when a marked tree has none, or one that cannot be read', async () => {
    const { state, start } = setup();
    expect((await readFormerRun(state, false)).unsettledSince).toBe(0);
    await state.writeDocument('run', { settled_at: 'yesterday' });
    expect((await start()).former.unsettledSince).toBe(0);
  });

  it('does not forget what an earlier unclean stop left, until it has been compared', async () => {
    const { time, start } = setup();
    const since = async () => (await start()).former.unsettledSince;
    await start(true);
    const first = await since();
    time.now += 3_600_000;
    const { run } = await start();
    await run.finish();
    expect(await since()).toBe(first);
    const third = await start();
    third.run.caughtUp();
    await third.run.finish();
    expect(await since()).toBeUndefined();
  });

  it('covers a record that is older than its commit before it is committed, and until it is settled', async () => {
    const { time, state, behaviour, catalog, start, document } = setup();
    const { run } = await start(true);
    time.now += 60_000;
    await failureOf(catalog.commit(ANNA, EDIT));
    await run.tick();
    const old = NOON - 86_400_000 * 300;
    const record = sampleRecord({ updated_at: new Date(old).toISOString() });
    let finish = (): void => {};
    let asked: unknown;
    behaviour.commit = async () => {
      asked = (await readFormerRun(state, false)).unsettledSince;
      await new Promise<void>((resolve) => (finish = resolve));
      throw new KirokuError('not_found', '');
    };
    const put = failureOf(catalog.commit(ANNA, { op: 'put', record }));
    await expect.poll(() => asked).toBe(old - 5_000);
    time.now += 60_000;
    await run.tick();
    expect(await document()).toMatchObject({ settled_at: new Date(old - 5_000).toISOString() });
    finish();
    await put;
    await run.tick();
    expect((await readFormerRun(state, false)).unsettledSince).toBe(time.now - 5_000);
  });

  it('refuses such a record while it cannot be covered', async () => {
    const { state, clock, time } = setup();
    let full = false;
    const failing = {
      ...state,
      async writeDocument(...given: Parameters<typeof state.writeDocument>) {
        if (full) throw new KirokuError('disk_full', '');
        await state.writeDocument(...given);
      },
    };
    const former = { unsettledSince: undefined };
    const run = await startRun({ state: failing, clock, former, log: silentLog, now: () => time.now });
    full = true;
    await expect(run.cover(NOON - 3_600_000)).rejects.toMatchObject({ code: 'disk_full' });
    await expect(run.cover(NOON + 1)).resolves.toBeUndefined();
  });

  it('is not written while nothing changes, and a full disk does not stop the server', async () => {
    const { state, catalog, clock, time } = setup();
    let writes = 0;
    let full = false;
    const counting = {
      ...state,
      async writeDocument(...given: Parameters<typeof state.writeDocument>) {
        writes += 1;
        if (full) throw new KirokuError('disk_full', '');
        await state.writeDocument(...given);
      },
    };
    const former = { unsettledSince: undefined };
    const run = await startRun({ state: counting, clock, former, log: silentLog, now: () => time.now });
    await run.tick();
    const idle = writes;
    await run.tick();
    expect(writes).toBe(idle);
    full = true;
    await failureOf(catalog.commit(ANNA, EDIT));
    await run.tick();
    full = false;
    await run.tick();
    expect(writes).toBe(idle + 2);
    await run.tick();
    expect(writes).toBe(idle + 2);
  });
});

describe('the meter of failed writes', () => {
  it('tells a failing disk from a single failure', async () => {
    const { behaviour, catalog, io } = setup();
    const works = behaviour.commit;
    behaviour.commit = () => Promise.reject(new KirokuError('io_error', ''));
    await failureOf(catalog.commit(ANNA, EDIT));
    await failureOf(catalog.commit(ANNA, EDIT));
    expect(io.failing()).toBe(false);
    await failureOf(catalog.commit(ANNA, EDIT));
    expect(io.failing()).toBe(true);
    behaviour.commit = works;
    await failureOf(catalog.commit(ANNA, EDIT));
    expect(io.failures).toBe(3);
    behaviour.commit = async () => Promise.reject(new KirokuError('not_found', ''));
    await io.watch(async () => {});
    expect(io.failing()).toBe(false);
  });
});
