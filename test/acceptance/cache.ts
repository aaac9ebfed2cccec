import { createHash } from 'node:crypto';
import { type Holder, JSON_TYPE } from './access-people.ts';
import { bearer, type World } from './access-world.ts';
import { startNginx } from './cache-nginx.ts';
import { inParallel } from './calls.ts';
import type { AccessFindings } from './idor.ts';
import { SERVICE_TOKEN } from './rig.ts';

/**
 * A real caching proxy between people and the server: nobody gets what was kept for another, no refusal is kept for whom it
 * is not meant, and what has ended has ended at once. That it does keep something is seen by the pages' own files.
 */
interface Seen {
  readonly status: number;
  readonly text: string;
  readonly cache: string;
  readonly headers: Headers;
}

type Get = (target: string, headers?: Record<string, string>) => Promise<Seen>;

interface Case {
  readonly get: Get;
  readonly base: string;
  readonly world: World;
  readonly breaches: string[];
}

export async function runCache(world: World): Promise<AccessFindings> {
  const breaches: string[] = [];
  const counts = { 'requests through a caching nginx': 0, 'of them answered from its cache': 0 };
  const nginx = await startNginx(world.parent, world.url).catch((error: unknown) => String(error));
  if (typeof nginx === 'string') return { breaches: [`nothing was tried: ${nginx}`], counts };
  try {
    for (const base of [nginx.plain, nginx.careless]) {
      const get: Get = async (target, headers = {}) => {
        const answer = await fetch(base + target, { headers, redirect: 'manual' });
        const text = Buffer.from(await answer.arrayBuffer()).toString('latin1');
        const cache = answer.headers.get('x-cache') ?? '';
        counts['requests through a caching nginx'] += 1;
        if (cache === 'HIT') counts['of them answered from its cache'] += 1;
        return { status: answer.status, text, cache, headers: answer.headers };
      };
      const one: Case = { get, base, world, breaches };
      await publicFiles(one);
      for (const target of targetsOf(world.victim)) await oneTarget(one, target);
      await interleaved(one);
      await visitors(one);
      await ends(one);
    }
    return { breaches, counts };
  } finally {
    await nginx.stop();
  }
}

/** Everything of the victim's that has an address. */
function targetsOf({ images, inputs, controls, key, thumb, download }: Holder): string[] {
  const families = Object.entries({ images, inputs, controls }).flatMap(([base, id]) => [
    ...['', '?size=1', '/facets', '/timeline'].map((rest) => `/api/v1/${base}${rest}`),
    ...['', '/related', '/workflow'].map((rest) => `/api/v1/${base}/${id}${rest}`),
  ]);
  const files = [
    `/outputs/${key}`,
    `/outputs/${thumb}?v=1`,
    `/outputs/${thumb}`,
    `/outputs/${key}?download=1`,
  ];
  const more = ['me', 'usage', 'searches', 'shares', 'access-log'].map((name) => `/api/v1/${name}`);
  return [...families, ...files, ...more, `/outputs/${key}?strip=1`, `/api/v1/downloads/${download}`];
}

const digest = (text: string) => createHash('sha256').update(text, 'latin1').digest('hex');

/** The owner before and after everybody else, and everybody else before and after the owner. */
async function oneTarget({ get, world, breaches, base }: Case, target: string): Promise<void> {
  const { victim, other } = world;
  const mine = { cookie: victim.cookie };
  const strangers: Record<string, string>[] = [
    { cookie: other.cookie },
    {},
    { ...bearer(SERVICE_TOKEN), 'x-user-id': other.owner },
    { cookie: `anon_id=${victim.owner}` },
  ];
  const first = await get(target, { cookie: other.cookie });
  const own = await get(target, mine);
  const say = (fault: string) => breaches.push(`${base} ${target}: ${fault}`);
  if (own.status !== 200) say(`its owner gets ${own.status} after a stranger's ${first.status}`);
  const etag = own.headers.get('etag');
  const asked: Record<string, string>[] = [{}, { range: 'bytes=0-9' }, { range: 'bytes=-5' }];
  if (etag !== null) asked.push({ 'if-none-match': etag }, { 'if-range': etag, range: 'bytes=0-9' });
  for (const who of strangers) {
    for (const more of asked) {
      const seen = await get(target, { ...who, ...more });
      const what = `${JSON.stringify(Object.keys(who))} ${JSON.stringify(more)}`;
      if (seen.cache === 'HIT') say(`${what}: from the cache`);
      if ([206, 304].includes(seen.status)) say(`${what}: ${seen.status}`);
      if (seen.text.includes(victim.secret) || seen.text.includes(`"owner":"${victim.owner}"`))
        say(`${what}: the victim's`);
      if (seen.text !== '' && digest(seen.text) === digest(own.text) && own.text.length > 200)
        say(`${what}: the same bytes`);
    }
  }
  const again = await get(target, mine);
  if (again.status !== 200 || again.cache === 'HIT') say(`its owner gets ${again.status} ${again.cache}`);
  if (own.headers.get('cache-control')?.includes('public') === true) say('is public');
}

/** The pages' own files are everybody's: a cache keeps them, and so this one works. */
async function publicFiles({ get, breaches, base }: Case): Promise<void> {
  const page = await get('/');
  const asset =
    /"\.\/?(\/assets\/[^"]+\.js)"/.exec(page.text)?.[1] ?? /(assets\/[^"]+\.js)/.exec(page.text)?.[1];
  if (asset === undefined) {
    breaches.push(`${base}: the page names no file`);
    return;
  }
  const target = asset.startsWith('/') ? asset : `/${asset}`;
  const seen = [await get(target), await get(target), await get(target)];
  const told = seen.map(({ status, cache }) => `${status} ${cache}`).join(', ');
  if (seen.at(-1)?.cache !== 'HIT') breaches.push(`${base} ${target}: nothing is ever kept here: ${told}`);
  if (seen.some(({ headers }) => headers.has('set-cookie'))) breaches.push(`${target}: a cookie is set`);
}

/** Two people at once over the same few connections: each is told who it is. */
async function interleaved({ get, world, breaches, base }: Case): Promise<void> {
  const turns = Array.from({ length: 120 }, (_none, at) => at);
  await inParallel(turns, 8, async (at) => {
    const who = at % 2 === 0 ? world.victim : world.other;
    const targets = ['/api/v1/me', '/api/v1/images?size=1', '/api/v1/usage'];
    const { text } = await get(targets[at % targets.length] ?? '', { cookie: who.cookie });
    const notMine = who === world.victim ? world.other : world.victim;
    if (text.includes(notMine.owner) || text.includes(notMine.secret))
      breaches.push(`${base}: somebody else's answer`);
  });
}

/** Nobody gets the cookie that was made for another. */
async function visitors({ get, breaches, base }: Case): Promise<void> {
  const cookies = new Set<string>();
  const turns = Array.from({ length: 20 }, (_none, at) => at);
  await inParallel(turns, 8, async (at) => {
    const { headers } = await get(at % 2 === 0 ? '/api/v1/me' : '/api/v1/images');
    cookies.add(headers.get('set-cookie') ?? '');
  });
  if (cookies.size !== turns.length || cookies.has(''))
    breaches.push(`${base}: ${cookies.size} cookies of 20`);
}

/** A link that was ended, a picture that was thrown away: gone for all others with the next request. */
async function ends({ get, world, breaches, base }: Case): Promise<void> {
  const { victim } = world;
  const headers = { cookie: victim.cookie, ...JSON_TYPE };
  const change = (method: string, target: string, body?: object) =>
    fetch(base + target, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const made = await change('POST', '/api/v1/shares', { ids: [victim.images], expires_in: 600 });
  const { sid, url }: { sid: string; url: string } = JSON.parse(await made.text());
  const shared = [url, `${url}/${victim.images}`, `${url}/${victim.images}/thumb`];
  const statuses = async () => {
    const found: string[] = [];
    for (const target of shared) found.push(String((await get(target)).status));
    return found.join(' ');
  };
  const say = (what: string, wanted: string, found: string) => {
    if (found !== wanted) breaches.push(`${base}: ${what}: ${found}, not ${wanted}`);
  };
  say('a link', '200 200 200', await statuses());
  say('a link once more', '200 200 200', await statuses());
  await (await change('POST', `/api/v1/images/${victim.images}/delete`)).arrayBuffer();
  say('a link to what was thrown away', '200 404 404', await statuses());
  const file = `/outputs/${victim.key}`;
  say('its file', '200', String((await get(file, { cookie: victim.cookie })).status));
  say('its file for another', '404', String((await get(file, { cookie: world.other.cookie })).status));
  await (await change('POST', `/api/v1/images/${victim.images}/restore`)).arrayBuffer();
  say('a link to what was restored', '200 200 200', await statuses());
  await (await change('DELETE', `/api/v1/shares/${sid}`)).arrayBuffer();
  say('a link that was ended', '410 410 410', await statuses());
}
