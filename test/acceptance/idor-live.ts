import { JSON_TYPE } from './access-people.ts';
import type { World } from './access-world.ts';

const PATIENCE_MS = 20_000;

/**
 * Live events: somebody listens, from where the victim's numbering stands too, while the victim's pictures change and then
 * its own. By the time its own event is there, nothing of the victim's may have come.
 */
export async function foreignEvents(world: World): Promise<string[]> {
  const { victim, other } = world;
  const [, epoch = '', seq = '0'] = /^"([0-9a-f]+)-(\d+)/.exec(victim.etag) ?? [];
  const faults: string[] = [];
  for (const last of [undefined, `${epoch}-0`, `${epoch}-${Number(seq) - 1}`, `${epoch}-${seq}`]) {
    const text = await heard(world, last);
    const what = `events of another owner, Last-Event-ID ${last}`;
    if (!text.includes(other.images)) faults.push(`${what}: nothing was heard: ${text}`);
    const told = [victim.owner, victim.word, victim.images, victim.inputs, epoch].filter((mine) =>
      text.includes(mine),
    );
    if (told.length > 0) faults.push(`${what}: ${told.join(', ')}`);
  }
  return faults;
}

/** What a listener reads until its own change is told. */
async function heard(world: World, last: string | undefined): Promise<string> {
  const { url, victim, other } = world;
  const stop = AbortSignal.timeout(PATIENCE_MS);
  const answer = await fetch(`${url}/api/v1/events`, {
    headers: { cookie: other.cookie, ...(last === undefined ? {} : { 'last-event-id': last }) },
    signal: stop,
  });
  const reader = answer.body?.getReader();
  if (answer.status !== 200 || reader === undefined) return `status ${answer.status}`;
  for (const { cookie, images } of [victim, other]) await toggled(url, cookie, images);
  const decoder = new TextDecoder();
  let text = '';
  try {
    while (!text.includes(other.images)) {
      const { value, done } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    return text;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  return text;
}

/** A change and back again: two events, and everything as it was. */
async function toggled(url: string, cookie: string, id: string): Promise<void> {
  for (const action of ['rate', 'unrate']) {
    const body = JSON.stringify({ rating: action === 'rate' ? 5 : null });
    const answer = await fetch(`${url}/api/v1/images/${id}`, {
      method: 'PATCH',
      headers: { cookie, ...JSON_TYPE },
      body,
    });
    if (answer.status !== 200) throw new Error(`rate: ${answer.status} ${await answer.text()}`);
    await answer.arrayBuffer();
  }
}
