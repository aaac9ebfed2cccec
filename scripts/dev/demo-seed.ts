import { seededRandom } from '../../test/support/random.ts';
import { SERVICE_TOKEN } from './bench-server.ts';
import type { DemoFile } from './demo-files.ts';
import { metaOf } from './demo-files.ts';
import { paintAll } from './demo-paint.ts';
import { type DemoPicture, planDemo } from './demo-plan.ts';
import { administer } from './demo-upkeep.ts';

/** Whose gallery it is. */
export const DEMO_OWNER = `anon-${'de'.repeat(16)}`;
const OTHERS = [
  { owner: 'mina', count: 24 },
  { owner: 'yuki-studio', count: 18 },
  { owner: 'render-farm', count: 22 },
  { owner: 'jisoo', count: 9 },
  { owner: 'atelier-nord', count: 7 },
  { owner: `anon-${'0f'.repeat(16)}`, count: 6 },
];
const SEED = 20_261_121;

export interface SeedDemo {
  /** Of a server with an empty tree and the tokens of `bench-server.ts`. */
  readonly url: string;
  /** Of `DEMO_OWNER`. */
  readonly pictures: number;
  /** ms since the epoch: when the newest picture was made. */
  readonly until: number;
  readonly progress: (done: number, all: number) => void;
}

/** Fills a server over the wire, as pipelines and people would. */
export async function seedDemo({ url, pictures, until, progress }: SeedDemo): Promise<void> {
  const random = seededRandom(SEED);
  const plan = planDemo({ owners: [{ owner: DEMO_OWNER, count: pictures }, ...OTHERS], until, random });
  const ids = new Map<DemoPicture, string>();
  const shown: DemoFile[] = [];
  let done = 0;
  await paintAll(plan, async (picture, file, index) => {
    ids.set(picture, (await store(url, picture.owner, '/images', file, metaOf(picture))).id);
    if (index % 29 === 0) shown[index] = file;
    done += 1;
    progress(done, plan.length);
  });
  for (const [picture, id] of ids)
    if (picture.trashed) await call(url, picture.owner, `/images/${id}/delete`, {});
  const own = plan.filter(({ owner, trashed }) => owner === DEMO_OWNER && !trashed);
  const best = own
    .toSorted((a, b) => Number(b.favorite) - Number(a.favorite))
    .map((picture) => ids.get(picture) ?? '');
  await fillInputs(
    url,
    shown.filter((file) => file !== undefined),
  );
  await share(url, best);
  await saveSearches(url);
  await administer(url, { busy: 'render-farm', near: 'mina', full: 'jisoo', rolling: 'yuki-studio' });
}

async function fillInputs(url: string, files: readonly DemoFile[]): Promise<void> {
  for (const [index, file] of files.slice(0, 9).entries()) {
    const name = `reference-${index + 1}.${file.name.split('.').at(-1)}`;
    const { id } = await store(url, DEMO_OWNER, '/inputs/upload', { ...file, name });
    if (index === 8) await call(url, DEMO_OWNER, `/inputs/${id}/delete`, {});
  }
}

async function share(url: string, ids: readonly string[]): Promise<void> {
  const week = 7 * 86_400;
  const make = (first: number, count: number, more: object) =>
    call<{ sid: string; url: string }>(url, DEMO_OWNER, '/shares', {
      ids: ids.slice(first, first + count),
      ...more,
    });
  const open = await make(0, 12, {
    name: 'For Mina: the best of autumn',
    expires_in: week,
    show_prompt: true,
  });
  await make(12, 30, { name: '포트폴리오 초안', expires_in: 4 * week, thumbnail_only: true });
  const ended = await make(4, 3, { name: 'Print shop', expires_in: week });
  await fetch(url + open.url);
  await fetch(url + open.url);
  await send(url, DEMO_OWNER, `/shares/${ended.sid}`, { method: 'DELETE' });
}

async function saveSearches(url: string): Promise<void> {
  const searches = [
    { name: 'Favourites', query: { favorite: 'true' } },
    { name: '비 내리는 도시', query: { q: '도시' } },
    { name: 'Flux, many steps', query: { q: 'steps:>28', model: 'flux1-dev' } },
  ];
  for (const search of searches) await call(url, DEMO_OWNER, '/searches', search);
}

function store(
  url: string,
  owner: string,
  path: string,
  file: DemoFile,
  meta?: object,
): Promise<{ id: string }> {
  const form = new FormData();
  form.set('owner', owner);
  if (meta !== undefined) form.set('meta', JSON.stringify(meta));
  form.set('file', new Blob([new Uint8Array(file.bytes)], { type: file.mime }), file.name);
  return send(url, owner, path, { method: 'POST', body: form });
}

function call<T>(url: string, owner: string, path: string, body: object): Promise<T> {
  const headers = { 'Content-Type': 'application/json' };
  return send(url, owner, path, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function send<T>(url: string, owner: string, path: string, init: RequestInit): Promise<T> {
  const headers = { Authorization: `Bearer ${SERVICE_TOKEN}`, 'X-User-Id': owner, ...init.headers };
  const answer = await fetch(`${url}/api/v1${path}`, { ...init, headers });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  // what the call answers is in docs/api.md; who calls this says which call it is
  return (await answer.json()) as T;
}
