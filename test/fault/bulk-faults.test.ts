import { expect, it } from 'vitest';
import { runWithFewDescriptors } from '../support/processes.ts';

it('a storage thread that finds no free descriptor is overload, and the next one starts (D6)', async () => {
  const told = await runWithFewDescriptors(new URL('./bulk-no-descriptors.ts', import.meta.url));
  expect(told).toEqual({ refused: ['overloaded'], came: 1, afterwards: true });
});
