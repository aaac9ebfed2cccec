import { describe, it } from 'vitest';
import { hasTool } from '../support/tools.ts';
import { proveSlow, slow } from './slow.ts';

/** That readers who never read are cut as well takes four minutes: `npm test` waits for it beside the suites. */
describe.concurrent('slow clients (O1)', () => {
  const options = { cycles: slow.sizes.ci, seed: 1, say: console.log, busy: true, patient: false };

  it('are cut, and stop nobody else meanwhile', { timeout: 240_000 }, async ({ expect }) => {
    const { breaches, figures } = await proveSlow({ ...options, by: ['us'] });
    console.log(`slow clients: ${JSON.stringify(figures)}`);
    expect(breaches).toEqual([]);
  });

  it.skipIf(!hasTool('slowhttptest'))(
    'of slowhttptest are, too',
    { timeout: 240_000 },
    async ({ expect }) => {
      const { breaches, figures } = await proveSlow({ ...options, by: ['tool'] });
      console.log(`slowhttptest: ${JSON.stringify(figures)}`);
      expect(breaches).toEqual([]);
    },
  );
});
