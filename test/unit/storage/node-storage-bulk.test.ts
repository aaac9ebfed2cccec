import { execFileSync } from 'node:child_process';
import { chmod, mkdir, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { BulkReads, FileMapper } from '../../../src/storage/bulk.ts';
import { createNodeStorage } from '../../../src/storage/node-storage.ts';
import { tempFolder } from '../../support/storage/temp-folder.ts';

async function bulkTree(): Promise<{ readonly root: string; readonly bulk: BulkReads }> {
  const root = await tempFolder();
  await mkdir(join(root, 'f/thumb'), { recursive: true });
  await writeFile(join(root, 'f/a'), 'content');
  const { bulk } = createNodeStorage(root);
  if (bulk === undefined) throw new Error('no bulk reads');
  return { root, bulk };
}

const states = async (bulk: BulkReads, names: readonly string[]): Promise<string[]> => {
  const files = await bulk.readFiles('f', names, 1_000);
  return names.map((_, index) => files.state(index));
};

describe('bulk reads of the file system', () => {
  it('follow no link, and do not wait at a FIFO', async () => {
    const { root, bulk } = await bulkTree();
    await symlink('a', join(root, 'f/link'));
    await symlink('nowhere', join(root, 'f/broken'));
    await symlink('f', join(root, 'g'));
    execFileSync('mkfifo', [join(root, 'f/fifo')]);
    const names = ['a', 'link', 'broken', 'fifo', 'thumb', 'none'];
    expect(await states(bulk, names)).toEqual(['read', 'foreign', 'foreign', 'foreign', 'foreign', 'absent']);
    expect([...(await bulk.fileSizes('f', names))]).toEqual([7, -1, -1, -1, -1, -1]);
    expect(await bulk.readFolders(['g'])).toEqual([
      { error: expect.objectContaining({ code: 'ENOTDIR', syscall: 'scandir' }) },
    ]);
    await symlink(root, `${root}.link`);
    onTestFinished(() => unlink(`${root}.link`));
    const chosen = await createNodeStorage(`${root}.link`).bulk?.readFolders(['']);
    expect(chosen).toEqual([{ names: ['f', 'g'], types: Uint8Array.of(1, 2) }]);
    const digests = await bulk.digestFolders(['g'], { of: 'files', without: 'thumb' });
    expect(digests).toEqual([{ error: expect.objectContaining({ code: 'ENOTDIR' }) }]);
  });

  it('see a change of permissions in a digest, which no content and no time of change tells', async () => {
    const { root, bulk } = await bulkTree();
    const digest = () => bulk.digestFolders(['f'], { of: 'files', without: 'thumb' });
    const before = await digest();
    expect(await digest()).toEqual(before);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await chmod(join(root, 'f/a'), 0o600);
    expect(await digest()).not.toEqual(before);
  });

  it('answer many at once, each with its own', async () => {
    const { root, bulk } = await bulkTree();
    const names = Array.from({ length: 60 }, (_, n) => `n${n}`);
    await Promise.all(names.map((name) => writeFile(join(root, 'f', name), name.repeat(3))));
    const answers = await Promise.all(names.map((name) => bulk.readFiles('f', [name], 1_000)));
    expect(answers.map((files) => files.content(0).toString())).toEqual(names.map((name) => name.repeat(3)));
  });

  it('give a long file whole, and stop at some megabytes', async () => {
    const { root, bulk } = await bulkTree();
    const long = Buffer.alloc(3_000_000, 'kiroku ');
    await writeFile(join(root, 'f/long'), long);
    const files = await bulk.readFiles('f', ['long', 'a'], 4_000_000);
    expect(files.count).toBe(1);
    expect(files.content(0).equals(long)).toBe(true);
  });

  it('tell why a mapper could not be had, and go on', async () => {
    const { bulk } = await bulkTree();
    const missing: FileMapper<undefined, number> = {
      module: `${import.meta.url}.none`,
      map: () => ({ value: 1, transfer: [] }),
    };
    await expect(bulk.mapFiles('f', ['a'], 100, missing, undefined)).rejects.toThrow(/none/);
    expect(await states(bulk, ['a'])).toEqual(['read']);
  });
});
