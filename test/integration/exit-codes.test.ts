import { cp, mkdir, readdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { backup } from '../../scripts/commands/backup.ts';
import { erase } from '../../scripts/commands/erase.ts';
import { exportOwner } from '../../scripts/commands/export.ts';
import { purgeTrash } from '../../scripts/commands/purge-trash.ts';
import { quotaReport } from '../../scripts/commands/quota-report.ts';
import { reindex } from '../../scripts/commands/reindex.ts';
import { restore } from '../../scripts/commands/restore.ts';
import { thumbnails } from '../../scripts/commands/thumbnails.ts';
import { transfer } from '../../scripts/commands/transfer.ts';
import { verify } from '../../scripts/commands/verify.ts';
import { why } from '../../scripts/commands/why.ts';
import { type Command, EXIT, type Exit, runCommand } from '../../scripts/lib/cli.ts';
import { createProgress } from '../../scripts/lib/progress.ts';
import { originalKey, thumbKey } from '../../src/domain/key.ts';
import { createTempTree, type TempTree } from '../support/drop.ts';
import { pngPicture } from '../support/pictures.ts';
import { alice, openRig } from '../support/reconcile-rig.ts';
import { startTree } from '../support/tree.ts';

const SECRET = 'cookie-secret-of-this-test-0123456789abcdef';
const DAY = Date.parse('2026-02-03T10:00:00.000Z');

let all: TempTree;
let id = '';

/** A sound tree, one whose first original and its thumbnail are gone, one without its marker, and backups of the first. */
beforeAll(async () => {
  all = await createTempTree();
  const sound = all.path('sound');
  await mkdir(sound);
  const rig = await openRig(sound);
  const first = await rig.add(alice, await pngPicture({ width: 8, height: 8, seed: 1 }), { createdAt: DAY });
  await rig.add(alice, await pngPicture({ width: 8, height: 8, seed: 2 }), { createdAt: DAY });
  await rig.close();
  id = first.id;
  const marker = join(sound, '.kiroku/volume.json');
  await writeFile(marker, JSON.stringify({ id: 'ab'.repeat(16) }));
  // a clean stop
  expect((await run(sound, verify, [])).code).toBe(EXIT.done);
  expect((await run(sound, backup, ['--out', all.path('backup')])).code).toBe(EXIT.done);
  for (const name of ['damaged', 'unmarked']) await cp(sound, all.path(name), { recursive: true });
  await cp(all.path('backup'), all.path('damaged-backup'), { recursive: true });
  await rm(all.path('unmarked/.kiroku/volume.json'));
  for (const key of [originalKey(first, first.ext), thumbKey(first, 'webp')]) {
    await unlink(all.path('damaged', key));
  }
  await rm(all.path('damaged-backup/records/alice/generated/2026-02-03.jsonl'));
});

afterAll(async () => {
  await all[Symbol.asyncDispose]();
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

interface Ran {
  readonly code: Exit;
  readonly out: string;
  readonly told: string;
}

/** Runs a command in this process as the operator's would. */
async function run(tree: string, command: Command, args: readonly string[]): Promise<Ran> {
  vi.stubEnv('OUTPUT_DIR', tree);
  vi.stubEnv('COOKIE_SECRET', SECRET);
  vi.stubEnv('LOG_LEVEL', 'silent');
  const [out, told]: [string[], string[]] = [[], []];
  const catching = (into: string[]) => (text: unknown) => {
    into.push(String(text));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(catching(out));
  vi.spyOn(process.stderr, 'write').mockImplementation(catching(told));
  try {
    return { code: await runCommand(command, args), out: out.join(''), told: told.join('') };
  } finally {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  }
}

/** What each is called with; `damaged` instead where the other would find nothing to complain of. */
const CALLS: readonly {
  readonly command: Command;
  readonly args: () => readonly string[];
  readonly damaged?: () => readonly string[];
  /** On the damaged tree; 1 without. */
  readonly found?: Exit;
}[] = [
  { command: verify, args: () => [] },
  { command: why, args: () => [id] },
  { command: quotaReport, args: () => [], found: EXIT.done },
  { command: purgeTrash, args: () => ['--dry-run'], found: EXIT.done },
  { command: thumbnails, args: () => ['--dry-run'], damaged: () => [] },
  { command: reindex, args: () => ['--dry-run'] },
  {
    command: backup,
    args: () => ['--out', all.path('backup'), '--dry-run'],
    damaged: () => ['--out', all.path('another')],
  },
  {
    command: restore,
    args: () => [all.path('backup'), '--dry-run'],
    damaged: () => [all.path('damaged-backup'), '--dry-run'],
  },
  {
    command: exportOwner,
    args: () => ['--owner', 'alice', '--out', all.path('export'), '--dry-run'],
    damaged: () => ['--owner', 'alice', '--out', all.path('export')],
  },
  { command: erase, args: () => ['alice', '--dry-run'], damaged: () => ['alice'] },
  { command: transfer, args: () => ['alice', 'bob', '--dry-run'], damaged: () => ['alice', 'bob'] },
];

async function bytesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.sort().map(async (path) => `${path} ${(await readFile(path)).toString('base64')}`),
  );
}

describe.each(CALLS.map((call) => [call.command.name, call] as const))('kiroku %s', (_, call) => {
  const { command, args, damaged = args, found = EXIT.found } = call;

  it('ends with 0 on a sound tree, with one line of JSON, and a dry run changes nothing', async () => {
    const before = await bytesBelow(all.path('sound/users'));
    const ran = await run(all.path('sound'), command, [...args(), '--json']);
    expect(ran, ran.told).toMatchObject({ code: 0, told: '' });
    expect(ran.out.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(ran.out)).toBeTypeOf('object');
    const plain = await run(all.path('sound'), command, args());
    expect(plain, plain.told).toMatchObject({ code: 0, told: '' });
    expect(plain.out).not.toBe('');
    expect(await bytesBelow(all.path('sound/users'))).toEqual(before);
  });

  it('ends with 1 when it found something, with its result all the same', async () => {
    const ran = await run(all.path('damaged'), command, [...damaged(), '--json']);
    expect(ran, ran.told).toMatchObject({ code: found });
    expect(JSON.parse(ran.out)).toBeTypeOf('object');
  });

  it('ends with 2 when it is not called as it must be', async () => {
    for (const more of [['--nope'], ['one', 'two', 'three'], ['--owner=../x', '--nope']]) {
      const ran = await run(all.path('sound'), command, more);
      expect(ran, more.join(' ')).toMatchObject({ code: 2, out: '' });
      expect(ran.told).toContain(`kiroku ${command.name} `);
    }
  });

  it('ends with 3 on a folder that is no tree', async () => {
    const ran = await run(all.path('unmarked'), command, args());
    expect(ran, ran.told).toMatchObject({ code: 3, out: '' });
    expect(ran.told).toContain('volume.json');
  });
});

describe('the bar', () => {
  it('is drawn on a terminal, and taken away at the end', () => {
    const written: string[] = [];
    const write = (text: string) => written.push(text);
    const bar = createProgress({ isTTY: true, write }, 'verify');
    bar.tell(15, 30);
    bar.end();
    bar.end();
    expect(written).toHaveLength(2);
    expect(written[0]).toContain(`verify [${'#'.repeat(15)}${'-'.repeat(15)}] 15/30`);
    expect(written[1]).toBe('\r\u001b[K');
  });

  it('is drawn nowhere else', () => {
    const write = vi.fn();
    const bar = createProgress({ write }, 'verify');
    bar.tell(1);
    bar.end();
    expect(write).not.toHaveBeenCalled();
  });
});

describe('a command beside a server', () => {
  it('finds its token in the settings or in the tree, and says so where there is none', async () => {
    const tree = all.path('served');
    await mkdir(tree);
    const running = await startTree({ outputDir: tree });
    const secrets = join(tree, '.kiroku/secrets.json');
    const kept = await readFile(secrets, 'utf8');
    try {
      const without = await run(tree, verify, []);
      expect(without).toMatchObject({ code: 3, out: '' });
      expect(without.told).toContain('ADMIN_TOKEN');
      expect(without.told).toContain('.kiroku/secrets.json');
      await writeFile(secrets, JSON.stringify({ ...JSON.parse(kept), admin: 'x'.repeat(40) }));
      const wrong = await run(tree, verify, []);
      expect(wrong).toMatchObject({ code: 3, out: '' });
      expect(wrong.told).toContain('token');
    } finally {
      await running.stop();
    }
  });
});
