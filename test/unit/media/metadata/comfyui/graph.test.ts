import { expect, it } from 'vitest';
import { readGraph } from '../../../../../src/media/metadata/comfyui/graph.ts';
import { node } from '../../../../support/comfyui/graphs.ts';

it('leaves out names of inputs that are none: patterns are tried on each of them at every step', () => {
  const inputs = readGraph({ a: node('X', { ['n'.repeat(201)]: 1, ['n'.repeat(200)]: 2, ok: 3 }) })?.get(
    'a',
  )?.inputs;
  expect(inputs?.names()).toEqual(['n'.repeat(200), 'ok']);
  expect(inputs?.size).toBe(2);
});
