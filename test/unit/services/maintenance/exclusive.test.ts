import { describe, expect, it } from 'vitest';
import { createExclusive } from '../../../../src/services/maintenance/exclusive.ts';

describe('exclusive work', () => {
  it('is refused while the same is under way, whatever came of it let in afterwards', async () => {
    const exclusive = createExclusive();
    let fail = (_: Error): void => {};
    const first = exclusive.run('verify', () => new Promise((_, reject) => (fail = reject)));
    await expect(exclusive.run('verify', async () => 1)).rejects.toMatchObject({ code: 'job_running' });
    expect(await exclusive.run('thumbnails', async () => 2)).toBe(2);
    fail(new Error('of its own'));
    await expect(first).rejects.toThrow('of its own');
    expect(await exclusive.run('verify', async () => 3)).toBe(3);
  });
});
