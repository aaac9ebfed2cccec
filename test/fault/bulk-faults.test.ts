import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('a storage thread that finds no free descriptor is overload, and the next one starts (D6)', async () => {
  const script = fileURLToPath(new URL('./bulk-no-descriptors.ts', import.meta.url));
  const shell = spawn('sh', ['-c', 'ulimit -n 96; exec "$0" "$1"', process.execPath, script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  shell.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await once(shell, 'close');
  expect(JSON.parse(output)).toEqual({ refused: ['overloaded'], came: 1, afterwards: true });
});
