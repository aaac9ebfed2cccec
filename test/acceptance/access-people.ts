import { filePart, itemOf, uploadParts, visit } from './calls.ts';
import { tinyPng } from './png.ts';
import type { Item } from './rig.ts';

/** People who have one of everything there is to have. Imports nothing from `src`. */

/** One of everything. */
export interface Holder {
  readonly owner: string;
  readonly cookie: string;
  /** Stands in every text of the holder's; attackers may know it. */
  readonly word: string;
  /** Stands beside it, and nobody else ever says it. */
  readonly secret: string;
  readonly images: string;
  readonly inputs: string;
  readonly controls: string;
  /** Not shared, and in the trash. */
  readonly trashed: string;
  /** Path below `/outputs/`. */
  readonly key: string;
  readonly thumb: string;
  readonly sid: string;
  readonly token: string;
  readonly search: string;
  readonly download: string;
  readonly code: string;
  readonly cursor: string;
  readonly recipe: string;
  /** Of the list, and of the original. */
  readonly etag: string;
  readonly fileEtag: string;
  /** Makes the very bytes of its first picture. */
  readonly seed: number;
}

export const JSON_TYPE = { 'content-type': 'application/json' };

/** A picture of the holder's, with a graph in it. */
function pictureOf(seed: number, word: string): Uint8Array<ArrayBuffer> {
  const graph = { nodes: [{ id: 1, type: 'Note', widgets_values: [word] }], links: [], version: 0.4 };
  return tinyPng(seed, 24, { workflow: JSON.stringify(graph) });
}

function metaOf(word: string, secret: string): string {
  const cfg = { prompt: word, model: word, workflow_id: word, sampler: word, generator: 'api', steps: 20 };
  return JSON.stringify({
    ...cfg,
    seed: '1',
    tags: [word, secret],
    job_id: word,
    loras: [{ name: word, weight: 1 }],
  });
}

export async function json<T>(answer: Response, status = 200): Promise<T> {
  const text = await answer.text();
  if (answer.status !== status) throw new Error(`${answer.url}: ${answer.status} ${text}`);
  const value: T = JSON.parse(text);
  return value;
}

const secretOf = (word: string) => `${[...word].reverse().join('')}kept`;

const lastOf = (url: string) => url.slice(url.lastIndexOf('/') + 1);

async function pictures(url: string, owner: string, word: string, seed: number): Promise<Item[]> {
  const items: Item[] = [];
  for (const [index, path] of ['images', 'inputs/upload', 'controls/upload', 'images', 'images'].entries()) {
    const file = filePart(pictureOf(seed + index, secretOf(word)), `${word}.png`);
    const parts = [{ name: 'meta', body: metaOf(word, secretOf(word)) }, file];
    const headers = { 'idempotency-key': `${word}-${index}` };
    const answer = await uploadParts(url, { parts, path: `/api/v1/${path}`, owner, headers });
    if (answer.status !== 201) throw new Error(`upload: ${answer.status} ${await answer.text()}`);
    items.push(await itemOf(answer));
  }
  return items;
}

/** Somebody with one of everything. */
export async function settle(url: string, word: string, seed: number): Promise<Holder> {
  const { owner, cookie } = await visit(url);
  const secret = secretOf(word);
  const post = (path: string, body: object) =>
    fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: { cookie, ...JSON_TYPE },
      body: JSON.stringify(body),
    });
  const [image, input, control, trashed] = await pictures(url, owner, word, seed);
  const ids = [image?.id];
  await json(await post(`/images/${trashed?.id}/delete`, {}));
  const share = await json<{ sid: string; url: string }>(
    await post('/shares', { ids, expires_in: 3600, name: `${word} ${secret}` }),
    201,
  );
  const search = await json<{ id: string }>(
    await post('/searches', { name: `${word} ${secret}`, query: { q: word } }),
    201,
  );
  const download = await json<{ url: string }>(await post('/images/zip?link=1', { ids }), 201);
  const { code } = await json<{ code: string }>(await post('/me/recovery-code', {}), 201);
  const list = await fetch(`${url}/api/v1/images?size=1`, { headers: { cookie } });
  const etag = list.headers.get('etag') ?? '';
  const { next_cursor: cursor } = await json<{ next_cursor: string }>(list);
  const related = await fetch(`${url}/api/v1/images/${image?.id}/related`, { headers: { cookie } });
  const { recipe } = await json<{ recipe: string }>(related);
  return {
    ...{ owner, cookie, word, secret, seed, code, etag, cursor, recipe },
    ...{ images: image?.id ?? '', inputs: input?.id ?? '', controls: control?.id ?? '' },
    trashed: trashed?.id ?? '',
    key: (image?.url ?? '').slice('/outputs/'.length),
    thumb: (image?.thumb_url ?? '').slice('/outputs/'.length).replace(/\?.*/, ''),
    fileEtag: `"${image?.meta['sha256']}"`,
    ...{ sid: share.sid, token: lastOf(share.url), search: search.id, download: lastOf(download.url) },
  };
}
