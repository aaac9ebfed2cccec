import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256, tinyPng } from './png.ts';
import { ADMIN_TOKEN, type Item, type RunningServer, serviceClient } from './rig.ts';
import { createLists } from './space-lists.ts';

/** A client of one owner who remembers what it was told. Everything it finds wrong goes into `faults`. */
export interface Keeper {
  readonly faults: readonly string[];
  fault(what: string): void;
  expect(what: string, answer: Told, wanted: { readonly status: number; readonly code?: string }): void;
  upload(): Promise<Told>;
  /** Each of these must be done. */
  edit(): Promise<void>;
  trash(count: number): Promise<void>;
  restore(count: number): Promise<void>;
  purge(): Promise<void>;
  /** Is done, or is refused like this. */
  attempt(what: 'trash' | 'edit', refusal: { readonly status: number; readonly code: string }): Promise<void>;
  original(): Promise<Told>;
  share(): Promise<Told>;
  /** `/readyz` says so within a few seconds: what it tells is looked at now and then. */
  notReady(): Promise<void>;
  /** There is something in every list from here on, which is remembered. */
  fillLists(): Promise<void>;
  /** Lists tell what they told then, or refuse; without a refusal all of them tell it. */
  lists(when: string, refusal?: { readonly status: number; readonly code: string }): Promise<void>;
  /** Lists and bytes, held against what was told. */
  check(when: string): Promise<void>;
  /** Waits until it takes a picture again, by itself; then everything must work. */
  worksAgain(when: string): Promise<void>;
}

/** An answer's status, and its code where it is a problem. */
export interface Told {
  readonly status: number;
  readonly code: string | undefined;
  readonly text: string;
}

interface Kept {
  readonly item: Item;
  readonly sha256: string;
  status: 'active' | 'trash';
  rating: number | null;
}

const OWNER = 'u-keeper';
/** Pixels on a side: about 100 KiB of picture. */
const SIDE = 190;
const AGAIN_WITHIN_MS = 20_000;

/** @param server the one that runs now @param tree its folder, as seen here @param round makes pictures of their own */
export function createKeeper(server: () => RunningServer, tree: string, round: number): Keeper {
  const faults: string[] = [];
  const pictures = new Map<string, Kept>();
  let next = round * 1_000;
  const client = () => serviceClient(server().url, OWNER);
  const fault = (what: string): void => {
    faults.push(what);
  };
  const some = (status: Kept['status'], count: number) =>
    [...pictures.values()].filter((kept) => kept.status === status).slice(0, count);

  const expect: Keeper['expect'] = (what, { status, code, text }, wanted) => {
    if (status !== wanted.status || (wanted.code !== undefined && code !== wanted.code)) {
      fault(`${what}: wanted ${wanted.status} ${wanted.code ?? ''}, got ${status} ${text.slice(0, 200)}`);
    }
  };

  const lists = createLists({ server, owner: OWNER, ask: told, fault });

  const upload = async (): Promise<Told> => {
    next += 1;
    const file = tinyPng(next, SIDE);
    const answer = await told(client().upload(file));
    if (answer.status === 201) {
      const item: Item = JSON.parse(answer.text);
      pictures.set(item.id, { item, sha256: sha256(file), status: 'active', rating: null });
    }
    return answer;
  };

  const send = (what: 'trash' | 'restore' | 'edit', kept: Kept): Promise<Told> => {
    const { id } = kept.item;
    if (what === 'edit') return told(client().patch(id, { rating: ((kept.rating ?? 0) + 1) % 6 }));
    return told(what === 'trash' ? client().trash(id) : client().restore(id));
  };

  const done = (what: 'trash' | 'restore' | 'edit', kept: Kept): void => {
    if (what === 'edit') kept.rating = ((kept.rating ?? 0) + 1) % 6;
    else kept.status = what === 'trash' ? 'trash' : 'active';
  };

  const must = async (what: 'trash' | 'restore' | 'edit', kept: readonly Kept[]): Promise<void> => {
    if (kept.length === 0) fault(`nothing to ${what}`);
    for (const one of kept) {
      expect(what, await send(what, one), { status: 200 });
      done(what, one);
    }
  };

  const purge = async (): Promise<void> => {
    const answer = await told(
      fetch(`${server().url}/api/v1/admin/purge-trash`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ user_id: OWNER, older_than_days: 1e-9, confirm: true }),
      }),
    );
    expect('purge', answer, { status: 200 });
    for (const [id, { status }] of pictures) if (status === 'trash') pictures.delete(id);
  };

  const check = async (when: string): Promise<void> => {
    for (const status of ['active', 'trash'] as const) {
      const listed = new Map((await client().all(status)).map((item) => [item.id, item]));
      const wanted = some(status, Infinity);
      // before any byte is asked for: a thumbnail that is missing would be made again then
      for (const { item } of wanted)
        for (const path of await missingFiles(tree, item)) fault(`${when}: ${path} is no file`);
      for (const { item, sha256: hash, rating } of wanted) {
        const found = listed.get(item.id);
        listed.delete(item.id);
        if (found === undefined) fault(`${when}: ${item.id} is not among the ${status}`);
        else if (found.meta['rating'] !== rating) fault(`${when}: ${item.id} has another rating`);
        const bytes = await client().bytes(item.url);
        if (sha256(bytes) !== hash) fault(`${when}: the bytes of ${item.id} differ`);
        await client().bytes(item.thumb_url);
      }
      for (const id of listed.keys())
        fault(`${when}: ${id} is among the ${status} and was never acknowledged`);
    }
  };

  return {
    faults,
    fault,
    expect,
    upload,
    purge,
    check,
    edit: () => must('edit', some('active', 1)),
    trash: (count) => must('trash', some('active', count)),
    restore: (count) => must('restore', some('trash', count)),
    async attempt(what, refusal) {
      const [kept] = some('active', 1);
      if (kept === undefined) return fault(`nothing to ${what}`);
      const answer = await send(what, kept);
      if (answer.status === 200) done(what, kept);
      else expect(what, answer, refusal);
    },
    original: () => told(client().call(some('active', 1)[0]?.item.url ?? '/')),
    share: () =>
      told(
        client().call('/shares', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ ids: some('active', 1).map(({ item }) => item.id), expires_in: 60 }),
        }),
      ),
    async notReady() {
      const until = performance.now() + AGAIN_WITHIN_MS;
      for (;;) {
        const answer = await told(fetch(`${server().url}/readyz`));
        if (answer.status === 503) return;
        if (performance.now() > until) return expect('readyz', answer, { status: 503 });
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    async fillLists() {
      const [kept] = some('active', 1);
      if (kept === undefined) return fault('nothing to share');
      await lists.prepare(kept.item.id);
      await lists.remember();
    },
    lists: lists.compare,
    async worksAgain(when) {
      const until = performance.now() + AGAIN_WITHIN_MS;
      let answer = await upload();
      while (answer.status !== 201 && performance.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        answer = await upload();
      }
      expect(`${when}: an upload`, answer, { status: 201 });
      await check(when);
      await must('edit', some('active', 1));
      await must('trash', some('active', 1));
      await must('restore', some('trash', 1));
      await check(`${when}, after changes`);
    },
  };
}

/** Which of a picture's two files are not in the tree. */
async function missingFiles(tree: string, { url, thumb_url }: Item): Promise<string[]> {
  const missing: string[] = [];
  for (const address of [url, thumb_url]) {
    const path = address.replace(/^\/outputs\/|\?.*$/g, '');
    const isFile = await stat(join(tree, path)).then(
      (found) => found.isFile(),
      () => false,
    );
    if (!isFile) missing.push(path);
  }
  return missing;
}

async function told(sent: Promise<Response>): Promise<Told> {
  const answer = await sent;
  const text = await answer.text();
  const isProblem = answer.headers.get('content-type') === 'application/problem+json';
  const { code }: { code?: string } = isProblem ? JSON.parse(text) : {};
  return { status: answer.status, code, text };
}
