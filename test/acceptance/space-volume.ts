import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * A small file system of its own (tmpfs), which can be filled, made read-only and taken away without anybody's leave:
 * in a user namespace a plain user may mount (user_namespaces(7)).
 */
export interface Volume {
  /** The mount point, as the server sees it. */
  readonly path: string;
  /** The same folder as this process sees it. */
  readonly seen: string;
  /** Put in front of a command that is to see the volume. */
  readonly prefix: readonly string[];
  /** A line of shell inside; `$VOLUME` is the mount point. @throws Error with what it printed, when it fails */
  run(line: string): Promise<string>;
  close(): Promise<void>;
}

const OPEN = ['-U', '-r', '-m', '--propagation', 'private'];

/** False where user namespaces are switched off, as in some containers. */
export function canMount(): boolean {
  const tried = spawnSync('unshare', [...OPEN, 'sh', '-c', 'mount -t tmpfs none /mnt'], { stdio: 'ignore' });
  return tried.status === 0;
}

/** @param options as mount(8) takes them for tmpfs: `size=6m,nr_inodes=200` */
export async function openVolume(options: string): Promise<Volume> {
  const folder = await mkdtemp(join(tmpdir(), 'kiroku-space-'));
  const path = join(folder, 'outputs');
  await mkdir(path);
  // `kept` holds the file system while it is away from its place
  await mkdir(join(folder, 'kept'));
  const shell = spawn('unshare', [...OPEN, 'sh'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] ?? '', VOLUME: path, KEPT: join(folder, 'kept') },
  });
  // of a shell that could not be started, or is gone, the end of its lines tells
  const gone = once(shell, 'exit').catch(() => undefined);
  shell.stdin.on('error', () => undefined);
  const lines = createInterface({ input: shell.stdout })[Symbol.asyncIterator]();
  const run = async (line: string): Promise<string> => {
    shell.stdin.write(`( ${line} ) 2>&1; echo "=== $?"\n`);
    const printed: string[] = [];
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`the shell of the volume ended: ${line}`);
      const code = /^(.*)=== (\d+)$/.exec(value);
      if (code === null) printed.push(value);
      else {
        if (code[1] !== '') printed.push(code[1] ?? '');
        if (code[2] !== '0') throw new Error(`${line}: ${code[2]} ${printed.join('\n')}`);
        return printed.join('\n');
      }
    }
  };
  const close = async (): Promise<void> => {
    shell.stdin.end();
    await gone;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await run(`mount -t tmpfs -o ${options} none "$KEPT" && mount --bind "$KEPT" "$VOLUME"`);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    path,
    seen: `/proc/${shell.pid}/root${path}`,
    prefix: [
      'nsenter',
      '-t',
      String(shell.pid),
      '-U',
      '-m',
      '--preserve-credentials',
      `--wd=${process.cwd()}`,
    ],
    run,
    close,
  };
}
