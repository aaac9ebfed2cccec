// A thread of `npm run demo`: paints the pictures it is sent, one after another.
import { parentPort } from 'node:worker_threads';
import { demoFile } from './demo-files.ts';
import type { DemoPicture } from './demo-plan.ts';

const port = parentPort;
if (port === null) throw new Error('demo-painter runs as a thread of demo-seed');
port.on('message', ({ picture, number }: { picture: DemoPicture; number: number }) => {
  demoFile(picture, number).then(
    (file) => port.postMessage({ file }),
    (error: unknown) => port.postMessage({ error: String(error) }),
  );
});
