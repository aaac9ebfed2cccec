/** For the test of storage threads without free descriptors: takes all but some, reads, gives one more back, reads. */
import { closeSync, openSync } from 'node:fs';
import { createNodeBulk } from '../../src/storage/node-storage-bulk.ts';
import { kindOfError } from '../support/processes.ts';

const taken: number[] = [];
try {
  for (;;) taken.push(openSync(import.meta.filename, 'r'));
} catch {
  // EMFILE: none is left.
}
const read = () => createNodeBulk(() => import.meta.dirname).readFolders(['any']);
const refused = new Set<string>();
let came = 0;
for (let last = taken.pop(); last !== undefined && came === 0; last = taken.pop()) {
  const answer = await read().then(
    () => 'read',
    (error) => kindOfError(Promise.reject(error)),
  );
  if (answer === 'read') came += 1;
  else refused.add(answer);
  closeSync(last);
}
for (const descriptor of taken) closeSync(descriptor);
const [folder] = await read();
process.stdout.write(
  JSON.stringify({ refused: [...refused], came, afterwards: folder !== undefined && 'names' in folder }),
);
