/** A "server" for the test that kills one: starts a decoder process, prints its id, and waits to be killed. */
import { createProcessDecoder } from '../../src/media/process-decoder.ts';
import { pngPicture } from '../support/pictures.ts';

const decoder = createProcessDecoder({
  limits: { maxPixels: 1_000_000, maxFrames: 1, thumbSize: 320 },
  processes: 1,
});
await decoder.decode({ bytes: await pngPicture() });
process.stdout.write(`${decoder.stats().pids[0]}\n`);
setInterval(() => {}, 60_000);
