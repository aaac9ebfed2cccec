/** For the test of a server that has no free descriptors: takes them all, decodes, gives them back, decodes. */
import { closeSync, openSync } from 'node:fs';
import { createProcessDecoder } from '../../src/media/process-decoder.ts';
import { pngPicture } from '../support/pictures.ts';
import { kindOfError } from '../support/processes.ts';

const decoder = createProcessDecoder({
  limits: { maxPixels: 1_000_000, maxFrames: 1, thumbSize: 320 },
  processes: 1,
});
const bytes = await pngPicture();
const taken: number[] = [];
try {
  for (;;) taken.push(openSync(import.meta.filename, 'r'));
} catch {
  // EMFILE: none is left.
}
const asked = [1, 2, 3].map(() => kindOfError(decoder.decode({ bytes })));
const refused = await Promise.all(asked);
const left = decoder.stats();
for (const descriptor of taken) closeSync(descriptor);
const { width } = await decoder.decode({ bytes });
process.stdout.write(JSON.stringify({ refused, left, afterwards: width }));
await decoder.close();
