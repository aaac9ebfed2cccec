import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { tempFolder } from '../support/storage/temp-folder.ts';
import { startTree } from '../support/tree.ts';

const OWNER = `anon-${'0a'.repeat(16)}`;

describe('a cookie of the earlier system', () => {
  it('is upgraded, and acts for its own owner only', async () => {
    const outputDir = await tempFolder();
    await mkdir(join(outputDir, 'users', OWNER, '2026/01/01'), { recursive: true });
    const tree = await startTree({ outputDir, env: { LEGACY_COOKIES: '2999-12-31' } });
    onTestFinished(() => tree.stop());
    const me = (query = '') =>
      fetch(`${tree.url}/api/v1/me${query}`, { headers: { cookie: `anon_id=${OWNER}` } });
    const known = await me();
    expect(await known.json()).toEqual({ owner: OWNER, kind: 'guest', claimable: 0 });
    expect(known.headers.get('set-cookie')).toContain(`anon_id=${OWNER}.`);
    expect((await me(`?owner=${OWNER}`)).status).toBe(200);
    const other = await me('?owner=somebody-else');
    expect([other.status, await other.json()]).toMatchObject([400, { code: 'owner_mismatch' }]);
  });
});
