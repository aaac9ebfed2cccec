import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../support/random.ts';
import { visit } from './calls.ts';
import { createJournal, type Journal } from './journal.ts';
import { compare } from './kill-loop-compare.ts';
import { LOAD_ENV, step } from './load.ts';
import { type LoadWorld, purgeTrash } from './load-calls.ts';
import { sendUpload } from './load-uploads.ts';
import { ADMIN_TOKEN, launchServer, type RunningServer, startServer } from './rig.ts';

const CLIENTS = 8;
/** Now and then every byte is read again, and not only of what was touched. */
const EVERY_BYTE_EACH = 25;
/** Kills that hit the start itself. */
const IN_START = 0.15;
const LONGEST_LOAD_MS = 400;
const LONGEST_START_MS = 1_200;
/** Nothing acknowledged for so long is a server that hangs: a busy machine's first decode takes some seconds. */
const HANGS_MS = 60_000;
/** A breach comes again and again from then on: enough is enough. */
const MOST_FAULTS = 20;

/** What came of one tree. */
export interface KillLoopEnd {
  readonly kills: number;
  readonly killsInStart: number;
  readonly acknowledged: number;
  readonly pictures: number;
  readonly faults: readonly string[];
}

interface Loop {
  readonly outputs: string;
  readonly journal: Journal;
  readonly random: () => number;
  readonly next: () => number;
  readonly faults: string[];
  killsInStart: number;
}

/**
 * One tree: clients at work, `kill -9` at a random moment, a start, and every acknowledged effect held against the
 * journal; at the end `verify`, and the same lists once more without the manifests. The seed fixes what clients choose and
 * when they are cut off, but not which system call is hit: the journal, which stays when something is found, tells the rest.
 */
export async function runKillLoop(
  kills: number,
  seed: number,
  say: (line: string) => void,
): Promise<KillLoopEnd> {
  const folder = await mkdtemp(join(tmpdir(), 'kiroku-kill-'));
  let isWhole = false;
  try {
    const loop = await openLoop(folder, seed);
    let done = 0;
    for (; done < kills && loop.faults.length < MOST_FAULTS; done += 1) {
      const before = loop.faults.length;
      await cycle(loop, done + 1);
      for (const fault of loop.faults.slice(before)) say(fault);
      if ((done + 1) % 10 === 0) say(`tree of seed ${seed}: ${done + 1} kills, ${told(loop)}`);
    }
    await end(loop);
    isWhole = loop.faults.length === 0;
    const { journal, killsInStart } = loop;
    const faults = loop.faults.map((fault) => `seed ${seed}, ${fault}`);
    return {
      kills: done,
      killsInStart,
      acknowledged: journal.acknowledged,
      pictures: picturesOf(loop),
      faults,
    };
  } finally {
    if (isWhole) await rm(folder, { recursive: true, force: true });
    else say(`the tree and the journal are kept: ${folder}`);
  }
}

async function openLoop(folder: string, seed: number): Promise<Loop> {
  const outputs = join(folder, 'outputs');
  await mkdir(outputs);
  // stopped in order: only such an end writes what was compiled, and the starts to come are the faster for it
  const first = await startServer({ outputDir: outputs, env: LOAD_ENV });
  const browser = await visit(first.url).finally(() => first.stop());
  const owners = [
    { name: browser.owner, cookie: browser.cookie },
    { name: 'anna', cookie: undefined },
    { name: 'bert', cookie: undefined },
  ];
  let counter = 0;
  return {
    outputs,
    random: seededRandom(seed),
    journal: createJournal(owners, join(folder, 'journal.jsonl')),
    next: () => {
      counter += 1;
      return counter;
    },
    faults: [],
    killsInStart: 0,
  };
}

const picturesOf = ({ journal }: Loop) => journal.owners.reduce((sum, owner) => sum + owner.pictures.size, 0);

function told(loop: Loop): string {
  const { journal, faults } = loop;
  return `${journal.acknowledged} acknowledged operations, ${picturesOf(loop)} pictures, ${faults.length} faults`;
}

async function cycle(loop: Loop, number: number): Promise<void> {
  if (loop.random() < IN_START) await killInStart(loop);
  const server = await startServer({ outputDir: loop.outputs, env: LOAD_ENV });
  try {
    await check(loop, server, `before kill ${number}`, number % EVERY_BYTE_EACH === 0);
    await goOn(loop, server);
    await load(loop, server);
  } finally {
    await server.kill();
  }
}

const isAlive = ({ process: { exitCode, signalCode } }: RunningServer) =>
  exitCode === null && signalCode === null;

async function killInStart(loop: Loop): Promise<void> {
  const server = await launchServer({ outputDir: loop.outputs, env: LOAD_ENV });
  await new Promise((resolve) => setTimeout(resolve, loop.random() * LONGEST_START_MS));
  await server.kill();
  loop.killsInStart += 1;
}

async function check(loop: Loop, server: RunningServer, when: string, everyByte: boolean): Promise<void> {
  const { journal, outputs, random } = loop;
  const faults = await compare(journal, { base: server.url, outputs, random, everyByte });
  loop.faults.push(...faults.map((fault) => `${when}: ${fault}`));
  journal.write({ compared: when, faults });
  if (!isAlive(server)) loop.faults.push(`${when}: it ended by itself: ${server.output()}`);
}

/** What a client does who was cut off: the same upload with the same key, and the rest of a purge. */
async function goOn(loop: Loop, { url }: RunningServer): Promise<void> {
  const world = worldOf(loop, url);
  for (const owner of loop.journal.owners) {
    const hashes = new Set([...owner.pictures.values()].map(({ sha256 }) => sha256));
    const cutOff = [...owner.unanswered];
    // what did not arrive stays absent, if it is not sent again
    owner.unanswered.clear();
    for (const [hash, sent] of cutOff) {
      if (sent.key !== undefined) await sendUpload(world, owner, sent, hashes.has(hash) ? 200 : 201);
    }
    const going = [...owner.pictures.values()].filter(({ maybe }) => maybe === 'gone');
    if (going.length === 0) continue;
    const answer = await purgeTrash(url, owner.name);
    if (answer?.status !== 200) loop.faults.push(`the rest of a purge: ${JSON.stringify(answer)}`);
    for (const [id, { known }] of owner.pictures) {
      if (known.status === 'trash' && !known.favorite) owner.pictures.delete(id);
    }
  }
}

function worldOf({ journal, random, next }: Loop, base: string): LoadWorld {
  return { base, journal, random, next };
}

async function load(loop: Loop, server: RunningServer): Promise<void> {
  const { journal, random } = loop;
  const world = worldOf(loop, server.url);
  const enough = journal.acknowledged + 4;
  let stop = false;
  const clients = Array.from({ length: CLIENTS }, async () => {
    while (!stop && (await step(world)));
  });
  // A fresh server's first decode takes longer than many a kill would wait: some must come through first.
  const until = performance.now() + HANGS_MS;
  while (journal.acknowledged < enough && performance.now() < until && isAlive(server)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await new Promise((resolve) => setTimeout(resolve, random() * LONGEST_LOAD_MS));
  if (!isAlive(server)) loop.faults.push(`it ended by itself under load: ${server.output()}`);
  else if (journal.acknowledged < enough) loop.faults.push('nothing is acknowledged any more');
  await server.kill();
  stop = true;
  await Promise.all(clients);
}

async function end(loop: Loop): Promise<void> {
  const { outputs, journal } = loop;
  const env = LOAD_ENV;
  let server = await startServer({ outputDir: outputs, env });
  try {
    await check(loop, server, 'at the end', true);
    await goOn(loop, server);
    await verified(loop, server, 'at the end');
    const code = await server.stop();
    if (code !== 0) loop.faults.push(`a stop at the end gives ${code}: ${server.output()}`);
    // the manifest is an index: without it, the sidecars alone give the same answer
    for (const { name } of journal.owners) await rm(join(outputs, 'users', name, 'manifest.jsonl'));
    server = await startServer({ outputDir: outputs, env });
    await check(loop, server, 'without the manifests', true);
    await verified(loop, server, 'without the manifests');
  } finally {
    await server.kill();
  }
}

/** The server reads every byte again and finds nothing amiss. */
async function verified(loop: Loop, { url }: RunningServer, when: string): Promise<void> {
  const answer = await fetch(`${url}/api/v1/admin/verify`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    body: '{}',
  });
  const text = await answer.text();
  const { pictures, found }: { pictures?: number; found?: unknown[] } = JSON.parse(text);
  const wanted = picturesOf(loop);
  if (answer.status !== 200 || found?.length !== 0) loop.faults.push(`${when}: verify: ${text}`);
  if (pictures !== wanted) loop.faults.push(`${when}: verify saw ${pictures} of ${wanted} pictures`);
}
