import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { seededRandom } from '../support/random.ts';
import { compare, createJournal, type Journal, step } from './journal.ts';
import { type RunningServer, serviceClient, startServer } from './rig.ts';

const CYCLES = Number(process.env['KIROKU_KILL_CYCLES'] ?? 50);
const CLIENTS = 4;
const OWNER = 'anon-0123456789abcdef0123456789abcdef';

let outputDir: string | undefined;
let server: RunningServer | undefined;

afterEach(async () => {
  await server?.kill();
  if (outputDir !== undefined) await rm(outputDir, { recursive: true, force: true });
});

async function load(running: RunningServer, journal: Journal, random: () => number, next: () => number) {
  const workers = Array.from({ length: CLIENTS }, async () => {
    const client = serviceClient(running.url, OWNER);
    while (await step(client, journal, random, next));
  });
  const before = journal.acknowledged;
  // A fresh server's first decode takes longer than many a kill would wait: some must come through first.
  await vi.waitUntil(() => journal.acknowledged >= before + 5, { timeout: 20_000, interval: 5 });
  await new Promise((resolve) => setTimeout(resolve, random() * 400));
  await running.kill();
  await Promise.all(workers);
}

async function check(running: RunningServer, journal: Journal, when: string): Promise<void> {
  const faults = await compare(serviceClient(running.url, OWNER), journal);
  expect(faults, `${when}\n${running.output()}`).toEqual([]);
}

describe('kill -9 under load', () => {
  it(`loses and changes nothing acknowledged in ${CYCLES} cycles`, { timeout: 900_000 }, async () => {
    const seed = Number(process.env['KIROKU_SEED'] ?? Date.now() % 2 ** 31);
    console.log(`kill loop: seed ${seed}, ${CYCLES} cycles, ${CLIENTS} clients`);
    const random = seededRandom(seed);
    const journal = createJournal();
    let counter = 0;
    const next = () => {
      counter += 1;
      return seed + counter;
    };
    outputDir = await mkdtemp(join(tmpdir(), 'kiroku-kill-'));
    for (let cycle = 1; cycle <= CYCLES; cycle += 1) {
      server = await startServer({ outputDir });
      await check(server, journal, `seed ${seed}, before cycle ${cycle}`);
      await load(server, journal, random, next);
    }
    server = await startServer({ outputDir });
    await check(server, journal, `seed ${seed}, at the end`);
    expect(await server.stop()).toBe(0);
    expect(await readdir(join(outputDir, '.kiroku/staging'))).toEqual([]);

    // The manifest is an index: without it, the sidecars alone give the same answer.
    await rm(join(outputDir, 'users', OWNER, 'manifest.jsonl'));
    server = await startServer({ outputDir });
    await check(server, journal, `seed ${seed}, rebuilt from sidecars`);
    console.log(
      `kill loop: ${CYCLES} kills, ${journal.acknowledged} acknowledged operations on ` +
        `${journal.pictures.size} pictures, 0 lost or changed`,
    );
    expect(journal.acknowledged).toBeGreaterThan(CYCLES);
  });
});
