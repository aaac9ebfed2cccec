import { ADMIN_TOKEN } from './bench-server.ts';

/** What an administrator did since, over the wire: limits, jobs, somebody's pictures thrown away and one brought back. */

interface Names {
  /** Throws many away, and has a small trash: a purge has something to take. */
  readonly busy: string;
  /** Near the limit. */
  readonly near: string;
  /** At the limit. */
  readonly full: string;
  /** Whose oldest pictures make room for new ones, and whose trash is small, too. */
  readonly rolling: string;
}

const MIB = 1024 * 1024;

export async function administer(url: string, { busy, near, full, rolling }: Names): Promise<void> {
  const { get, post, put } = callsOf(url);
  const ids = await newest(get, busy, 9);
  for (const id of ids) await post(`/images/${id}/delete`, { user_id: busy });
  for (const id of await newest(get, rolling, 5)) await post(`/images/${id}/delete`, { user_id: rolling });
  await post(`/images/${ids[2]}/restore`, { user_id: busy });
  await newest(get, near, 10);
  const { active } = (await get(`/users/${near}/quota`)) as { active: Use };
  const used = active.bytes + active.thumb_bytes;
  await put(`/users/${near}/quota`, { max_bytes: Math.ceil((used * 1.05) / 100_000) * 100_000 });
  const { active: all } = (await get(`/users/${full}/quota`)) as { active: Use };
  await put(`/users/${full}/quota`, { max_count: all.count, policy: 'block' });
  await put(`/users/${rolling}/quota`, { max_count: 500, policy: 'trash_oldest' });
  const { jobs } = (await get('/jobs')) as { jobs: readonly { name: string }[] };
  for (const { name } of jobs) await post(`/jobs/${name}/run`, {});
  await post('/thumbnails', { user_id: near, dry_run: true });
  await post('/verify', { user_id: busy });
  // last, or the job has taken it by now
  await put(`/users/${busy}/quota`, { trash_max_bytes: 2 * MIB });
  await put(`/users/${rolling}/quota`, { max_count: 500, policy: 'trash_oldest', trash_max_bytes: MIB });
}

interface Use {
  readonly count: number;
  readonly bytes: number;
  readonly thumb_bytes: number;
}

type Get = (path: string) => Promise<unknown>;

async function newest(get: Get, user: string, size: number): Promise<string[]> {
  const list = (await get(`/images?user_id=${user}&include=active&size=${size}`)) as {
    items: readonly { id: string }[];
  };
  return list.items.map(({ id }) => id);
}

function callsOf(url: string) {
  const send = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${url}/api/v1/admin${path}`, {
      method,
      headers: { Authorization: `Bearer ${ADMIN_TOKEN}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  return {
    get: (path: string) => send('GET', path),
    post: (path: string, body: object) => send('POST', path, body),
    put: (path: string, body: object) => send('PUT', path, body),
  };
}
