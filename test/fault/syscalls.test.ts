import { describe, expect, it } from 'vitest';
import part from '../../scripts/dev/proof/syscalls.ts';
import { hasTool } from '../support/tools.ts';
import { runSyscalls } from './syscalls.ts';

const CYCLES = part.sizes.ci;

describe.skipIf(!hasTool('strace'))('system calls that fail', () => {
  it(`${CYCLES} of them: right code, alive, and then everything acknowledged is there`, {
    timeout: 600_000,
  }, async () => {
    const seed = Number(process.env['KIROKU_SEED'] ?? Date.now() % 2 ** 31);
    console.log(`syscalls: seed ${seed}`);
    const { breaches, figures } = await runSyscalls({ cycles: CYCLES, seed, say: console.log });
    expect(breaches, `seed ${seed}`).toEqual([]);
    expect(Number(figures.find(({ name }) => name === 'of them hit')?.value)).toBeGreaterThan(CYCLES / 2);
  });
});
