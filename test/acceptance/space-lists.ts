import { ADMIN_TOKEN, type RunningServer, serviceClient } from './rig.ts';
import type { Told } from './space-keeper.ts';

/** What everybody is told of one owner who has a link, and a search that came with another's library. */
export interface Lists {
  /** The library of another is given to the owner, and one picture is shared. */
  prepare(id: string): Promise<void>;
  /** Remembers what they tell now. */
  remember(): Promise<void>;
  /**
   * What was told before, as nothing was changed since.
   * @param refusal is right too; without one all must answer
   */
  compare(when: string, refusal?: Pick<Told, 'status' | 'code'>): Promise<void>;
}

interface ListsDeps {
  readonly server: () => RunningServer;
  readonly owner: string;
  readonly ask: (sent: Promise<Response>) => Promise<Told>;
  readonly fault: (what: string) => void;
}

/** An owner by name alone: a search was its whole library. */
const FORMER = 'u-former';
const PATHS = ['/images', '/images?status=trash', '/images/timeline', '/usage', '/searches', '/shares'];

const post = (body: object, token?: string): RequestInit => ({
  method: 'POST',
  headers: {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  },
  body: JSON.stringify(body),
});

export function createLists({ server, owner, ask, fault }: ListsDeps): Lists {
  const before = new Map<string, string>();
  /** A picture's thumbnail behind the link. */
  let shared = '';

  const must = async (what: string, sent: Promise<Response>): Promise<string> => {
    const { status, text } = await ask(sent);
    if (status >= 300) fault(`${what}: ${status} ${text.slice(0, 200)}`);
    return text;
  };

  /** By the name of the owner, by the former one, and by nobody. */
  const all = async (): Promise<[string, Told][]> => {
    const answers: [string, Told][] = [];
    for (const name of [owner, FORMER]) {
      const { call } = serviceClient(server().url, name);
      for (const path of PATHS) answers.push([`${path} of ${name}`, await ask(call(path))]);
    }
    answers.push(['the link', await ask(fetch(server().url + shared))]);
    return answers;
  };

  return {
    async prepare(id) {
      const search = post({ name: 'kept', query: { q: 'cat' } });
      await must('a search', serviceClient(server().url, FORMER).call('/searches', search));
      const transfer = `${server().url}/api/v1/admin/users/${FORMER}/transfer`;
      await must('a transfer', fetch(transfer, post({ to: owner }, ADMIN_TOKEN)));
      const link = post({ ids: [id], expires_in: 3_600 });
      const made = await must('a link', serviceClient(server().url, owner).call('/shares', link));
      const { url }: { url: string } = JSON.parse(made);
      shared = `${url}/${id}/thumb`;
    },
    async remember() {
      for (const [what, { status, text }] of await all()) {
        if (status !== 200) fault(`${what}: ${status} ${text.slice(0, 200)}`);
        before.set(what, text);
      }
    },
    async compare(when, refusal) {
      for (const [what, { status, code, text }] of await all()) {
        if (refusal !== undefined && status === refusal.status && code === refusal.code) continue;
        if (status !== 200 || text !== before.get(what))
          fault(`${when}, ${what}: ${status} ${text.slice(0, 200)}`);
      }
    },
  };
}
