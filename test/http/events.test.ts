import { beforeEach, describe, expect, it } from 'vitest';
import { isOwner, type Owner } from '../../src/domain/owner.ts';
import { type Browser, useApp } from '../support/app.ts';
import { pngPicture } from '../support/pictures.ts';

const app = useApp();
let browser: Browser;
let owner: Owner;

beforeEach(async () => {
  browser = await app.browser();
  if (!isOwner(browser.owner)) throw new Error('no owner');
  owner = browser.owner;
});

interface Heard {
  readonly id: string;
  readonly event: string | undefined;
  readonly data: { readonly id?: string; readonly kind?: string; readonly item?: { id: string } | null };
}

const add = async (seed: number) =>
  (await app.services.add(await pngPicture({ width: 6, height: 6, seed }), { owner })).entry.id;

/** Opens a stream; `next(n)` waits for so many events more. */
async function listen(lastEventId?: string) {
  const stop = new AbortController();
  const answer = await browser.call('/api/v1/events', {
    signal: stop.signal,
    ...(lastEventId === undefined ? {} : { headers: { 'Last-Event-ID': lastEventId } }),
  });
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let place = '';
  const ready: Heard[] = [];
  const take = (block: string) => {
    const fields = new Map(
      block.split('\n').map((line) => [line.split(': ')[0], line.slice(line.indexOf(': ') + 2)]),
    );
    place = fields.get('id') ?? place;
    if (fields.has('event')) {
      ready.push({ id: place, event: fields.get('event'), data: JSON.parse(fields.get('data') ?? '{}') });
    }
  };
  const readMore = async () => {
    const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
    if (done) throw new Error('the stream ended');
    text += value;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    blocks.forEach(take);
  };
  while (place === '') await readMore();
  return {
    place: () => place,
    async next(count: number): Promise<Heard[]> {
      while (ready.length < count) await readMore();
      return ready.splice(0, count);
    },
    close: () => stop.abort(),
  };
}

describe('GET /events', () => {
  it('tells of each change, in order, with the item as a list gives it', async () => {
    const stream = await listen();
    const id = await add(1);
    await browser.post(`/api/v1/images/${id}/delete`);
    await browser.post(`/api/v1/images/${id}/restore`);
    const heard = await stream.next(3);
    expect(heard.map(({ event }) => event)).toEqual(['image.created', 'image.trashed', 'image.restored']);
    expect(
      heard.every(({ data }) => data.id === id && data.kind === 'generated' && data.item?.id === id),
    ).toBe(true);
    const seqs = heard.map((one) => Number(one.id.split('-')[1]));
    expect(seqs).toEqual([seqs[0], Number(seqs[0]) + 1, Number(seqs[0]) + 2]);
    stream.close();
  });

  it('goes on where a client left off, with the latest state of what it missed', async () => {
    const stream = await listen();
    const first = await add(1);
    const [seen] = await stream.next(1);
    stream.close();
    const second = await add(2);
    await browser.post(`/api/v1/images/${first}/delete`);
    const resumed = await listen(seen?.id);
    const missed = await resumed.next(2);
    expect(missed.map(({ event, data }) => [event, data.id])).toEqual([
      ['image.created', second],
      ['image.trashed', first],
    ]);
    const third = await add(3);
    expect((await resumed.next(1))[0]?.data.id).toBe(third);
    resumed.close();
  });

  it.each(['0000000000000000-1', 'nonsense', 'ffffffffffffffff-999'])(
    'tells a client that comes from %s to start over, once',
    async (place) => {
      await add(1);
      const stream = await listen(place);
      const [reset] = await stream.next(1);
      expect(reset?.event).toBe('reset');
      const id = await add(2);
      expect((await stream.next(1))[0]).toMatchObject({ event: 'image.created', data: { id } });
      stream.close();
    },
  );

  it('tells nobody of another owner’s pictures', async () => {
    const other = await app.browser();
    const stream = await listen();
    if (!isOwner(other.owner)) throw new Error('no owner');
    await app.services.add(await pngPicture({ width: 6, height: 6, seed: 7 }), { owner: other.owner });
    const id = await add(8);
    expect((await stream.next(1))[0]?.data.id).toBe(id);
    stream.close();
  });

  it('takes ten streams of one owner, and is told when one is gone', async () => {
    const streams = await Promise.all(Array.from({ length: 10 }, () => listen()));
    const refused = await browser.call('/api/v1/events');
    expect(refused.status).toBe(429);
    await refused.body?.cancel();
    for (const stream of streams) stream.close();
    await expect
      .poll(async () => {
        const answer = await browser.call('/api/v1/events');
        await answer.body?.cancel();
        return answer.status;
      })
      .toBe(200);
  });
});
