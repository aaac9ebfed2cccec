import { connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Catalog, Change, Version } from '../../../src/catalog/catalog.ts';
import { createMemoryCatalog } from '../../../src/catalog/memory-catalog.ts';
import { createEventBus } from '../../../src/events/bus.ts';
import type { Changes } from '../../../src/http/deps.ts';
import { createEventStreams } from '../../../src/http/event-streams.ts';
import { createItems } from '../../../src/http/item.ts';
import { createMemoryStorage } from '../../../src/storage/memory-storage.ts';
import { ALICE, change, pictureOf, START } from '../../contract/catalog-rig.ts';
import { openCatalog, placeOriginal } from '../../fault/manifest-rig.ts';
import { servePart } from '../../support/http-part.ts';
import { RETENTION } from '../../support/services.ts';

type Hook = (since: Version, read: () => Promise<readonly Change[] | 'reset'>) => ReturnType<typeof read>;

/** Event streams over a real catalog; `hook` stands between the stream and the catalog's answer about the past. */
async function streamsOver(
  hook: Hook = (_since, read) => read(),
  catalog: Catalog = createMemoryCatalog({ now: () => START }),
) {
  const events = createEventBus();
  catalog.onChange((one) => events.publish(one));
  const changes: Changes = {
    changesSince: (owner, since) => hook(since, () => catalog.changesSince(owner, since)),
    version: (owner) => catalog.version(owner),
  };
  const shutdown = new AbortController();
  onTestFinished(() => shutdown.abort());
  const streams = createEventStreams({
    events,
    changes,
    moved: { onMoved: () => () => false },
    items: createItems('', RETENTION),
    shutdown: shutdown.signal,
  });
  const url = await servePart(ALICE, (c, call) => streams.answer(c, call));
  const put = (n: number, prompt = `picture ${n}`) =>
    catalog.commit(ALICE, { op: 'put', record: pictureOf(ALICE, n, { prompt }) });
  return { catalog, events, streams, url, put };
}

/** Reads a stream until `enough` says so: the ids of its events, in order. */
async function idsOf(
  url: string,
  last: string,
  enough: (ids: readonly string[]) => boolean,
): Promise<string[]> {
  const abort = new AbortController();
  const response = await fetch(url, { headers: { 'Last-Event-ID': last }, signal: abort.signal });
  const ids: string[] = [];
  let rest = '';
  for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = /^event: (\S+)$/m.exec(block)?.[1];
      if (event !== undefined) ids.push(`${event} ${/^id: \S+-(\d+)$/m.exec(block)?.[1]}`);
    }
    if (enough(ids)) break;
  }
  abort.abort();
  return ids;
}

describe('a stream that is resumed', () => {
  it('tells what was committed after the past was read and before the stream began', async () => {
    const rig = await streamsOver(async (_since, read) => {
      const missed = await read();
      await rig.put(2);
      return missed;
    });
    await rig.put(1);
    const { epoch, seq } = await rig.catalog.version(ALICE);
    expect(await idsOf(rig.url, `${epoch}-${seq}`, (ids) => ids.length > 0)).toEqual(['image.created 2']);
  });

  it('tells what was committed beside a past that already knows of something later', async () => {
    const rig = await streamsOver(async (since, read) => {
      if (since.seq === 0) await rig.put(2);
      const first = pictureOf(ALICE, 1);
      await rig.catalog.commit(
        ALICE,
        change(first, (now) => ({ ...now, favorite: true })),
      );
      // read in several steps, the past may hold the last change and not the one before it
      const missed = await read();
      return missed === 'reset' ? missed : missed.filter(({ version }) => version.seq !== 2);
    });
    await rig.put(1);
    const { epoch } = await rig.catalog.version(ALICE);
    const told = await idsOf(rig.url, `${epoch}-0`, (ids) => ids.length > 1);
    expect(told).toEqual(['image.updated 3', 'image.created 2']);
  });

  it('gets a long past whole, however much that is', async () => {
    const rig = await streamsOver();
    const count = 400;
    for (let n = 1; n <= count; n += 1) await rig.put(n, 'x'.repeat(8_000));
    const { epoch } = await rig.catalog.version(ALICE);
    const told = await idsOf(rig.url, `${epoch}-0`, (ids) => ids.length === count);
    expect(told).toEqual(Array.from({ length: count }, (_, n) => `image.created ${n + 1}`));
  });

  it('is told to start over when the changes are numbered anew while it is open', async () => {
    const storage = createMemoryStorage({ now: () => START });
    const catalog = openCatalog(storage);
    const rig = await streamsOver(undefined, catalog);
    const place = (n: number) => placeOriginal(storage, pictureOf(ALICE, n));
    await place(1);
    await rig.put(1);
    await place(2);
    const { epoch, seq } = await catalog.version(ALICE);
    const told = await idsOf(rig.url, `${epoch}-${seq - 1}`, (ids) => {
      if (ids.length === 1) void catalog.rebuild(ALICE).then(() => rig.put(2));
      return ids.length > 2;
    });
    expect(told).toEqual(['image.created 1', 'reset 2', 'image.created 2']);
    await catalog.close();
  });

  it('that nobody reads holds a bounded past, and ends with its connection', async () => {
    const rig = await streamsOver();
    for (let n = 1; n <= 400; n += 1) await rig.put(n, 'x'.repeat(30_000));
    const { epoch } = await rig.catalog.version(ALICE);
    const { port } = new URL(rig.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.pause();
    socket.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nLast-Event-ID: ${epoch}-0\r\n\r\n`);
    await expect.poll(() => rig.streams.open).toBe(1);
    socket.destroy();
    await expect.poll(() => rig.streams.open).toBe(0);
    expect(rig.events.listeners).toBe(0);
  });
});
