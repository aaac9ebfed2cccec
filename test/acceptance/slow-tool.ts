import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** `slowhttptest` (Debian), which others made to find servers that slow clients bring down. */

export interface ToolOptions {
  readonly url: string;
  readonly clients: number;
  readonly cookie: string;
  /** Of something large, for those who read slowly. */
  readonly picture: string;
  /** When it gives up, s. */
  readonly seconds: number;
  /** How long its own probe may wait for an answer, s. */
  readonly probeSeconds: number;
}

export interface ToolEnd {
  /** Every connection was closed by the server before the tool gave up. */
  readonly allCut: boolean;
  /** The tool's own probe was answered all the time. */
  readonly served: boolean;
  readonly seconds: number;
  readonly output: string;
}

export type Mode = 'headers' | 'body' | 'read';

/** The arguments of each way to be slow (slowhttptest(1)). */
function argumentsOf(mode: Mode, { url, cookie, picture }: ToolOptions): string[] {
  if (mode === 'headers') return ['-H', '-i', '3', '-u', `${url}/api/v1/images`, '-j', cookie];
  if (mode === 'read') {
    return ['-X', '-n', '5', '-z', '32', '-w', '512', '-y', '1024', '-u', url + picture, '-j', cookie];
  }
  const form = ['-t', 'POST', '-f', 'multipart/form-data; boundary=slow', '-s', '8192', '-x', '10'];
  return ['-B', '-i', '3', ...form, '-u', `${url}/api/v1/inputs/upload`, '-j', cookie];
}

export async function slowTool(mode: Mode, options: ToolOptions): Promise<ToolEnd> {
  const { clients, seconds, probeSeconds } = options;
  const counts = ['-c', String(clients), '-r', String(clients)];
  const general = [...counts, '-l', String(seconds), '-p', String(probeSeconds)];
  const began = performance.now();
  const child = spawn('slowhttptest', [...argumentsOf(mode, options), ...general], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString('latin1')).slice(-4_000);
    });
  }
  const over = new AbortController();
  // it looks at its clock between two waits
  delay((seconds + 30) * 1000, undefined, { signal: over.signal }).then(
    () => child.kill('SIGKILL'),
    () => undefined,
  );
  await once(child, 'close');
  over.abort();
  return {
    allCut: output.includes('No open connections left'),
    served: /service available:[^\n]*YES/.test(output) && !/service available:[^\n]*NO/.test(output),
    seconds: (performance.now() - began) / 1000,
    output,
  };
}
