import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { link as hardLink, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createNodeStorage } from '../../../src/storage/node-storage.ts';
import { lockNodeFile } from '../../../src/storage/node-storage-lock.ts';
import { tempFolder } from '../../support/storage/temp-folder.ts';

describe('node storage: foreign things', () => {
  it('refuses a FIFO at once instead of waiting for its writer', async () => {
    const root = await tempFolder();
    execFileSync('mkfifo', [join(root, 'fifo')]);
    const storage = createNodeStorage(root);
    await expect(storage.open('fifo', 'read')).rejects.toMatchObject({ code: 'EINVAL' });
    await expect(storage.open('fifo', 'update')).rejects.toMatchObject({ code: 'EINVAL' });
    expect((await storage.stat('fifo')).type).toBe('other');
  });

  it('does not follow a link in the last name, whatever the call', async () => {
    const root = await tempFolder();
    await writeFile(join(root, 'target'), 'secret');
    await symlink('target', join(root, 'alias'));
    await mkdir(join(root, 'folder'));
    await symlink('folder', join(root, 'folder-alias'));
    const storage = createNodeStorage(root);
    await expect(storage.open('alias', 'read')).rejects.toMatchObject({ code: 'ELOOP' });
    await expect(storage.open('alias', 'update')).rejects.toMatchObject({ code: 'ELOOP' });
    await expect(storage.open('alias', 'create')).rejects.toMatchObject({ code: 'EEXIST' });
    expect((await storage.stat('alias')).type).toBe('link');
    await expect(storage.makeFolder('folder-alias')).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(storage.syncFolder('folder-alias')).rejects.toThrow();
    await expect(storage.readFolder('folder-alias')).rejects.toMatchObject({ code: 'ENOTDIR' });
    expect(await storage.readFolder('folder')).toEqual([]);
    expect(await storage.readFolder('')).toContainEqual({ name: 'alias', type: 'link' });
    await storage.unlink('alias');
    expect(await readFile(join(root, 'target'), 'utf8')).toBe('secret');
  });

  it('refuses a socket', async () => {
    const root = await tempFolder();
    const server = createServer().listen(join(root, 'socket'));
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    await expect(createNodeStorage(root).open('socket', 'read')).rejects.toMatchObject({ code: 'EINVAL' });
  });

  it('leaves no descriptor behind when it refuses', async () => {
    const root = await tempFolder();
    execFileSync('mkfifo', [join(root, 'fifo')]);
    const storage = createNodeStorage(root);
    const before = (await readdir('/proc/self/fd')).length;
    for (let i = 0; i < 50; i++) await storage.open('fifo', 'read').catch(() => undefined);
    expect((await readdir('/proc/self/fd')).length).toBeLessThan(before + 25);
  });
});

describe('node storage: what it makes', () => {
  it('gives files and folders the permissions asked for, and secrets theirs', async () => {
    const root = await tempFolder();
    const storage = createNodeStorage(root);
    await (await storage.open('plain', 'create')).close();
    await (await storage.open('secret', 'create', 0o600)).close();
    await storage.makeFolder('folder');
    const mask = process.umask();
    expect((await stat(join(root, 'plain'))).mode & 0o777).toBe(0o640 & ~mask);
    expect((await stat(join(root, 'secret'))).mode & 0o777).toBe(0o600 & ~mask);
    expect((await stat(join(root, 'folder'))).mode & 0o777).toBe(0o750 & ~mask);
  });

  it('knows real paths, and the same file by its inode', async () => {
    const root = await tempFolder();
    const storage = createNodeStorage(root);
    await writeFile(join(root, 'a'), 'x');
    await hardLink(join(root, 'a'), join(root, 'b'));
    expect(storage.localPath('a')).toBe(join(root, 'a'));
    expect((await storage.stat('b')).inode).toBe(
      (await stat(join(root, 'a'), { bigint: true })).ino.toString(),
    );
  });
});

const HOLDER = `
  import { lockNodeFile } from ${JSON.stringify(new URL('../../../src/storage/node-storage-lock.ts', import.meta.url).href)};
  const [path, heartbeat] = process.argv.slice(1);
  const lock = await lockNodeFile(path, Date.now, { heartbeat: heartbeat === 'beat', beatEvery: 20 });
  console.log(lock === undefined ? 'refused' : 'held');
  setInterval(() => lock, 1000);
`;

/** A process of its own that tries to take the lock, and stays. */
async function holder(path: string, heartbeat: boolean): Promise<{ said: string; kill(): Promise<void> }> {
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '-e',
      HOLDER,
      path,
      heartbeat ? 'beat' : 'no',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  return {
    said: String(line).trim(),
    async kill() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

describe('node storage: lock', () => {
  it('is refused while another process lives, and free as soon as that one was killed', async () => {
    const root = await tempFolder();
    const storage = createNodeStorage(root);
    const other = await holder(join(root, 'lock'), false);
    expect(other.said).toBe('held');
    expect(await storage.lock('lock')).toBeUndefined();
    await other.kill();
    const lock = await storage.lock('lock');
    expect(lock).toBeDefined();
    expect((await holder(join(root, 'lock'), false)).said).toBe('refused');
    await lock?.release();
  });

  it('fails, not refuses, where it cannot make its file', async () => {
    const storage = createNodeStorage(await tempFolder());
    await expect(storage.lock('no/lock')).rejects.toThrow();
  });

  it('watches a heartbeat where locks do not hold: a foreign one refuses, a dead one does not', async () => {
    const root = await tempFolder();
    const options = { heartbeat: true, beatEvery: 20 };
    const other = await holder(join(root, 'elsewhere'), true);
    expect(other.said).toBe('held');
    // The same beat seen through another lock file: as if the file system had given both of us the lock.
    await symlink('elsewhere.beat', join(root, 'lock.beat'));
    const patient = { heartbeat: true, beatEvery: 300 };
    expect(await lockNodeFile(join(root, 'lock'), Date.now, patient)).toBeUndefined();
    await other.kill();
    const lock = await lockNodeFile(join(root, 'lock'), Date.now, options);
    expect(lock).toBeDefined();
    const first = await readFile(join(root, 'lock.beat'), 'utf8');
    await expect.poll(() => readFile(join(root, 'lock.beat'), 'utf8'), { timeout: 20_000 }).not.toBe(first);
    await lock?.release();
    expect(await readdir(root)).not.toContain('lock.beat');
  });
});
