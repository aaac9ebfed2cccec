import { describe, expect, it } from 'vitest';
import { isoOf } from '../../src/domain/time.ts';
import { ADMIN, jsonOf, refusal, useApp } from '../support/app.ts';
import { asOwner } from '../support/ids.ts';
import { pngPicture } from '../support/pictures.ts';
import { NOON } from '../support/services.ts';

const app = useApp();

const put = (owner: string, body: unknown) =>
  app.call(`/api/v1/admin/users/${owner}/quota`, {
    method: 'PUT',
    headers: { Authorization: `Bearer ${ADMIN}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

async function upload(owner: string, seed: number): Promise<Response> {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(await pngPicture({ width: 8, height: 8, seed }))]), 'a.png');
  return app.service(owner, '/api/v1/images', { method: 'POST', body: form });
}

describe('usage over the wire', () => {
  it('is zero for whoever has nothing, and the sums of what there is', async () => {
    const browser = await app.browser();
    const none = { count: 0, bytes: 0, thumb_bytes: 0 };
    expect(await jsonOf(browser.call('/api/v1/usage'))).toEqual({
      owner: browser.owner,
      ...none,
      kinds: { generated: none, input: none, control: none },
      trash: { ...none, max_bytes: null, over_bytes: 0, retention_days: 7, next_purge_at: null },
      reserved: { count: 0, bytes: 0 },
      quota: { max_bytes: null, max_count: null, policy: 'block' },
      state: 'ok',
    });
    const owner = asOwner(browser.owner);
    const { entry } = await app.services.add(await pngPicture({ seed: 1 }), { owner, kind: 'input' });
    const { entry: thrown } = await app.services.add(await pngPicture({ seed: 2 }), { owner });
    await browser.post(`/api/v1/images/${thrown.id}/delete`);
    const sizes = ({ bytes, thumb_bytes }: ReturnType<typeof entry.record>) => ({ bytes, thumb_bytes });
    const input = { count: 1, ...sizes(entry.record()) };
    expect(await jsonOf(app.service(owner, '/api/v1/usage'))).toMatchObject({
      ...input,
      kinds: { generated: none, input, control: none },
      trash: { count: 1, ...sizes(thrown.record()), next_purge_at: isoOf(NOON + 7 * 86_400_000) },
    });
  });

  it('follows the limits that an admin sets, which are written down first', async () => {
    const limits = { max_count: 2, max_bytes: null, policy: 'block', trash_max_bytes: 10 };
    expect(await jsonOf(put('limited', limits))).toEqual({ user_id: 'limited', ...limits });
    expect((await upload('limited', 1)).status).toBe(201);
    expect((await upload('limited', 2)).status).toBe(201);
    expect(await refusal(upload('limited', 3))).toEqual([403, 'quota_exceeded']);
    expect(await jsonOf(app.service('limited', '/api/v1/usage'))).toMatchObject({ count: 2, state: 'full' });
    expect(await jsonOf(put('limited', { max_count: 0 }))).toMatchObject({ max_count: null });
    expect((await upload('limited', 3)).status).toBe(201);
    await app.services.state.updateOwner(asOwner('limited'), (current) => ({ ...current, kept: 1 }));
    expect(await jsonOf(put('limited', {}))).toMatchObject({ max_count: null, trash_max_bytes: null });
    expect(await app.services.state.readOwner(asOwner('limited'))).toEqual({ kept: 1 });
    const { entries } = await app.services.audit.list({ owners: [asOwner('limited')], page: 1, size: 9 });
    expect(entries.map(({ action, detail }) => [action, detail['quota']])).toEqual([
      ['quota', {}],
      ['quota', { max_count: 0 }],
      ['quota', limits],
    ]);
  });

  it('tells an admin what one user has, may have, and which of it is his alone', async () => {
    const look = (owner: string) =>
      app.call(`/api/v1/admin/users/${owner}/quota`, { headers: { Authorization: `Bearer ${ADMIN}` } });
    const nothing = { count: 0, bytes: 0, thumb_bytes: 0 };
    expect(await jsonOf(look('looked-at'))).toMatchObject({
      user_id: 'looked-at',
      kind: 'member',
      last_activity: null,
      active: { ...nothing, generated: nothing, input: nothing, control: nothing },
      state: 'ok',
      own: {},
    });
    await put('looked-at', { max_count: 1, policy: 'warn' });
    expect((await upload('looked-at', 4)).status).toBe(201);
    expect(await jsonOf(look('looked-at'))).toMatchObject({
      active: { count: 1, generated: { count: 1 } },
      max_count: 1,
      max_bytes: null,
      policy: 'warn',
      state: 'full',
      own: { max_count: 1, policy: 'warn' },
    });
    expect(await refusal(look('Not an owner'))).toEqual([404, 'not_found']);
  });

  it('refuses limits that are none', async () => {
    for (const bad of [{ max_count: -1 }, { max_bytes: 1.5 }, { policy: 'shout' }, { max: 1 }, []]) {
      expect((await put('odd', bad)).status).toBe(400);
    }
    expect(await refusal(put('Not an owner', {}))).toEqual([404, 'not_found']);
    expect(await app.services.state.readOwner(asOwner('odd'))).toBeUndefined();
  });
});
