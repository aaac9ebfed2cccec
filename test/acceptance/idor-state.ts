import { createHash } from 'node:crypto';
import { type Holder, JSON_TYPE } from './access-people.ts';
import { bearer, type World } from './access-world.ts';
import { ADMIN_TOKEN } from './rig.ts';

/** One of the victim's among the caller's own: what is done with many at a time. */
export async function mixed(world: World): Promise<string[]> {
  const { other, victim } = world;
  const faults: string[] = [];
  const post = (path: string, body: object) => {
    const headers = { cookie: other.cookie, ...JSON_TYPE };
    return world.ask({ method: 'post', target: `/api/v1${path}`, headers, body: JSON.stringify(body) });
  };
  const ids = [other.images, victim.images];
  for (const [path, body] of [
    ['/images/zip', { ids }],
    ['/images/zip?link=1', { ids }],
    ['/shares', { ids, expires_in: 60 }],
  ] as const) {
    const { status } = await post(path, body);
    if (status !== 404) faults.push(`${path} of a foreign picture among own ones: ${status}`);
  }
  for (const action of ['delete', 'restore', 'favorite', 'unfavorite', 'tag', 'untag', 'rate']) {
    const more = /tag/.test(action) ? { tags: ['x'] } : action === 'rate' ? { rating: 1 } : {};
    const { body } = await post('/images/bulk', { action, ids: [victim.images, victim.trashed], ...more });
    const { results }: { results?: { ok: boolean; code: string }[] } = JSON.parse(body.toString());
    const refused = results?.filter(({ ok, code }) => !ok && code === 'not_found').length;
    if (refused !== 2) faults.push(`bulk ${action} of foreign pictures: ${body}`);
  }
  return faults;
}

/** All that the victim can see of its own, in a form that stays the same as long as nobody changes it. */
export async function stateOf(world: World, { cookie, key, thumb }: Holder): Promise<Record<string, string>> {
  const targets = [
    ...['images', 'inputs', 'controls'].flatMap((base) =>
      ['?size=200', '?size=200&status=trash', '/facets', '/timeline'].map((rest) => `/api/v1/${base}${rest}`),
    ),
    ...['/api/v1/usage', '/api/v1/searches', '/api/v1/shares', '/api/v1/access-log', '/api/v1/me'],
    ...[`/outputs/${key}`, `/outputs/${thumb}`],
  ];
  const state: Record<string, string> = {};
  for (const target of targets) {
    const { status, body } = await world.ask({ target, headers: { cookie } });
    // who opens a link is counted, and may be
    const text = body.toString('latin1').replaceAll(/"views":\d+/g, '');
    state[target] = `${status} ${createHash('sha256').update(text).digest('hex')}`;
  }
  const quota = await world.ask({ target: '/api/v1/admin/quota-report', headers: bearer(ADMIN_TOKEN) });
  state['quota report'] = String(quota.status);
  return state;
}
