import type { Sample } from './sample.ts';
import { a1111, everyCoding } from './samples-a1111.ts';
import { comfyui } from './samples-comfyui.ts';
import { others } from './samples-others.ts';
import { fooocus, invokeai, novelai } from './samples-tools.ts';

/** Every case of the table, all containers. */
export const samples: readonly Sample[] = [
  ...a1111,
  ...everyCoding,
  ...comfyui,
  ...invokeai,
  ...novelai,
  ...fooocus,
  ...others,
];
