import { describe, expect, it } from 'vitest';
import { filesOf, MOST_FILES } from '../../../../web/src/inputs/dropped-files.ts';

type DropItem = Parameters<typeof filesOf>[0][number];
type FileDropItem = Extract<DropItem, { kind: 'file' }>;
type DirectoryDropItem = Extract<DropItem, { kind: 'directory' }>;

function dropped(name: string): FileDropItem {
  const file = new File(['x'], name);
  return { kind: 'file', type: 'image/png', name, getFile: async () => file, getText: async () => '' };
}

function folder(name: string, entries: readonly (FileDropItem | DirectoryDropItem)[]): DirectoryDropItem {
  return {
    kind: 'directory',
    name,
    async *getEntries() {
      yield* entries;
    },
  };
}

async function namesOf(items: readonly DropItem[]): Promise<string[]> {
  return (await filesOf(items)).map(({ name }) => name);
}

describe('what was dropped', () => {
  it('takes files, and those of folders in folders', async () => {
    const items = [dropped('a'), folder('of', [dropped('b'), folder('deep', [dropped('c')])])];
    expect(await namesOf(items)).toEqual(['a', 'b', 'c']);
  });

  it('leaves out texts, and what systems hide in folders', async () => {
    const text: DropItem = { kind: 'text', types: new Set(['text/plain']), getText: async () => 'a link' };
    expect(await namesOf([text, folder('of', [dropped('.DS_Store'), dropped('a')])])).toEqual(['a']);
  });

  it('stops at a bound, so that it can be told that there were more', async () => {
    const many = Array.from({ length: MOST_FILES + 5 }, (_, index) => dropped(String(index)));
    expect((await filesOf([folder('home', many), dropped('more')])).length).toBe(MOST_FILES + 1);
  });
});
