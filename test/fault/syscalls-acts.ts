import { sha256, tinyPng } from '../acceptance/png.ts';
import { ADMIN_TOKEN, type Item, type ServiceClient } from '../acceptance/rig.ts';

/** What is done while a system call fails, and how the owner's library must look before and after. */

/** A picture as its owner sees it, by the hash of its bytes. */
export interface Seen {
  readonly status: string;
  readonly tags: string;
}

export type Library = ReadonlyMap<string, Seen>;

export interface Prepared {
  readonly owner: string;
  readonly client: ServiceClient;
  readonly url: string;
  readonly before: Library;
  readonly after: Library;
  readonly ids: readonly string[];
  /** Of the link or search that the act is about. */
  readonly sid: string;
  /** The bytes that an upload sends. */
  readonly file: Uint8Array<ArrayBuffer>;
}

export interface Act {
  readonly name: string;
  /** What the library becomes of A (active), B (in the trash) and C (not there yet). */
  readonly turns: (library: Map<string, Seen>, hashes: Hashes) => void;
  /** Nothing is there before. */
  readonly fresh?: boolean;
  /** A link or a saved search is there before; it answers its id. */
  readonly set?: (client: ServiceClient, picture: string) => Promise<string>;
  /** Only what could be made again. */
  readonly needsNoSync?: boolean;
  run(prepared: Prepared): Promise<Response>;
  /** Whether a 200 says that it was done wholly. */
  readonly done?: (body: string) => boolean;
}

interface Hashes {
  readonly a: string;
  readonly b: string;
  readonly c: string;
}

export const ACTIVE: Seen = { status: 'active', tags: '' };
const TRASHED: Seen = { status: 'trash', tags: '' };
const OPEN: Seen = { status: 'open', tags: '' };
const NAME = 'of a fault';
/** How links and searches stand beside pictures: by their names. */
const LINK = `link ${NAME}`;
const SEARCH = `search ${NAME}`;

const upload = ({ client, file, owner }: Prepared) =>
  client.upload(file, { prompt: 'under a fault' }, { 'idempotency-key': owner });

const asAdmin = ({ url }: Prepared, path: string, body: object) =>
  fetch(`${url}/api/v1/admin/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

export const ACTS: readonly Act[] = [
  { name: 'first upload', fresh: true, run: upload, turns: (library, { c }) => library.set(c, ACTIVE) },
  { name: 'upload', run: upload, turns: (library, { c }) => library.set(c, ACTIVE) },
  {
    name: 'edit',
    run: ({ client, ids }) => client.patch(ids[0] ?? '', { tags: ['edited'] }),
    turns: (library, { a }) => library.set(a, { status: 'active', tags: 'edited' }),
  },
  {
    name: 'delete',
    run: ({ client, ids }) => client.trash(ids[0] ?? ''),
    turns: (library, { a }) => library.set(a, TRASHED),
  },
  {
    name: 'restore',
    run: ({ client, ids }) => client.restore(ids[1] ?? ''),
    turns: (library, { b }) => library.set(b, ACTIVE),
  },
  {
    name: 'purge',
    run: (prepared) =>
      asAdmin(prepared, 'purge-trash', { user_id: prepared.owner, older_than_days: 1e-7, confirm: true }),
    turns: (library, { b }) => library.delete(b),
    done: (body) => /"skipped":0,"failed":0/.test(body),
  },
  {
    name: 'reindex',
    run: (prepared) =>
      asAdmin(prepared, 'reindex', { user_id: prepared.owner, depth: 'sidecars', afresh: true }),
    turns: () => undefined,
    needsNoSync: true,
  },
  {
    name: 'make a link',
    run: ({ client, ids }) => makeLink(client, ids[0] ?? ''),
    turns: (library) => library.set(LINK, OPEN),
  },
  {
    name: 'end a link',
    set: async (client, picture) => sidOf(await well(await makeLink(client, picture))),
    run: ({ client, sid }) => client.call(`/shares/${sid}`, { method: 'DELETE' }),
    turns: (library) => library.set(LINK, { status: 'ended', tags: '' }),
  },
  {
    name: 'change a saved search',
    set: async (client) =>
      sidOf(await well(await client.call('/searches', sent('POST', { name: NAME, query: { q: 'one' } })))),
    run: ({ client, sid }) => client.call(`/searches/${sid}`, sent('PATCH', { query: { q: 'other' } })),
    turns: (library) => library.set(SEARCH, { status: 'saved', tags: '{"q":"other"}' }),
  },
];

function sent(method: string, body: object): RequestInit {
  return { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function makeLink(client: ServiceClient, picture: string): Promise<Response> {
  return client.call('/shares', sent('POST', { ids: [picture], expires_in: 86_400, name: NAME }));
}

/** What a link or a search is called by in its answer. */
function sidOf(answer: string): string {
  const { sid, id } = JSON.parse(answer) as { sid?: string; id?: string };
  return sid ?? id ?? '';
}

/** An owner of its own for one case, with one picture active and one in the trash. */
export async function prepare(
  url: string,
  client: ServiceClient,
  owner: string,
  act: Act,
  number: number,
): Promise<Prepared> {
  const [a, b, file] = [tinyPng(number * 3 + 1), tinyPng(number * 3 + 2), tinyPng(number * 3 + 3)];
  const hashes = { a: sha256(a), b: sha256(b), c: sha256(file) };
  const before = new Map<string, Seen>();
  const ids: string[] = [];
  if (act.fresh !== true) {
    for (const bytes of [a, b]) ids.push((JSON.parse(await well(await client.upload(bytes))) as Item).id);
    await well(await client.trash(ids[1] ?? ''));
    before.set(hashes.a, ACTIVE);
    before.set(hashes.b, TRASHED);
  }
  const sid = (await act.set?.(client, ids[0] ?? '')) ?? '';
  for (const [name, seen] of await linksAndSearches(client)) before.set(name, seen);
  const after = new Map(before);
  act.turns(after, hashes);
  return { owner, client, url, before, after, ids, sid, file };
}

async function well(answer: Response): Promise<string> {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`without a fault: ${answer.status} ${text}`);
  return text;
}

/**
 * What the owner sees now; every original and thumbnail is fetched.
 * @param halfPurged what is in the trash may have lost its bytes: a purge removes the record last, so that it can be gone on with
 * @throws Error where something else is half there
 */
export async function look(client: ServiceClient, halfPurged = false): Promise<Library> {
  const library = new Map<string, Seen>();
  for (const status of ['active', 'trash'] as const) {
    for (const item of await client.all(status)) {
      const told = String(item.meta['sha256']);
      if (!(halfPurged && status === 'trash')) await bytesAreThere(client, item, told);
      if (library.has(told)) throw new Error(`${item.id}: there twice`);
      const tags = item.meta['tags'];
      library.set(told, { status, tags: Array.isArray(tags) ? tags.join() : '' });
    }
  }
  for (const [name, seen] of await linksAndSearches(client)) library.set(name, seen);
  return library;
}

async function linksAndSearches(client: ServiceClient): Promise<[string, Seen][]> {
  const { shares } = JSON.parse(await well(await client.call('/shares'))) as {
    shares: { name: string; revoked: boolean }[];
  };
  const { searches } = JSON.parse(await well(await client.call('/searches'))) as {
    searches: { name: string; query: object }[];
  };
  return [
    ...shares.map(({ name, revoked }): [string, Seen] => [
      `link ${name}`,
      { status: revoked ? 'ended' : 'open', tags: '' },
    ]),
    ...searches.map(({ name, query }): [string, Seen] => [
      `search ${name}`,
      { status: 'saved', tags: JSON.stringify(query) },
    ]),
  ];
}

async function bytesAreThere(client: ServiceClient, item: Item, told: string): Promise<void> {
  if (sha256(await client.bytes(item.url)) !== told)
    throw new Error(`${item.id}: other bytes than its record says`);
  await client.bytes(item.thumb_url);
}

export function sameLibrary(one: Library, other: Library): boolean {
  const told = (library: Library) => JSON.stringify([...library].sort(([a], [b]) => (a < b ? -1 : 1)));
  return told(one) === told(other);
}

export function shownLibrary(library: Library): string {
  return (
    [...library]
      .map(([hash, { status, tags }]) => `${hash.slice(0, 6)} ${status} ${tags}`.trim())
      .join(', ') || 'nothing'
  );
}
