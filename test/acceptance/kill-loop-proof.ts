import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProofOptions, ProofPart, ProofResult } from '../../scripts/dev/proof-part.ts';
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
/** A breach comes again and again from then on: enough is enough. */
const MOST_FAULTS = 20;

interface Loop {
  readonly outputs: string;
  readonly journal: Journal;
  readonly random: () => number;
  readonly next: () => number;
  readonly faults: string[];
  killsInStart: number;
}

/**
 * Clients at work, `kill -9` at a random moment, a start, and every acknowledged effect held against the journal; at the
 * end `verify`, and the same lists once more without the manifests. The seed fixes what clients choose and when they are
 * cut off, but not which system call is hit: the journal, which stays when something is found, tells the rest.
 */
async function proveKills({ cycles, seed, say }: ProofOptions): Promise<ProofResult> {
  const folder = await mkdtemp(join(tmpdir(), 'kiroku-kill-'));
  const outputs = join(folder, 'outputs');
  await mkdir(outputs);
  const random = seededRandom(seed);
  let counter = 0;
  const first = await startServer({ outputDir: outputs, env: LOAD_ENV });
  const browser = await visit(first.url);
  await first.kill();
  const owners = [
    { name: browser.owner, cookie: browser.cookie },
    { name: 'anna', cookie: undefined },
    { name: 'bert', cookie: undefined },
  ];
  const loop: Loop = {
    outputs,
    random,
    journal: createJournal(owners, join(folder, 'journal.jsonl')),
    next: () => {
      counter += 1;
      return counter;
    },
    faults: [],
    killsInStart: 0,
  };
  let kills = 0;
  try {
    for (; kills < cycles && loop.faults.length < MOST_FAULTS; kills += 1) {
      const before = loop.faults.length;
      await cycle(loop, kills + 1);
      for (const fault of loop.faults.slice(before)) say(fault);
      if ((kills + 1) % 10 === 0) say(`${kills + 1} kills, ${told(loop)}`);
    }
    await end(loop);
  } finally {
    if (loop.faults.length === 0) await rm(folder, { recursive: true, force: true });
    else say(`the tree and the journal are kept: ${folder}`);
  }
  const pictures = loop.journal.owners.reduce((sum, owner) => sum + owner.pictures.size, 0);
  return {
    figures: [
      { name: 'kills under load', value: kills },
      { name: 'of them in the start', value: loop.killsInStart },
      { name: 'acknowledged operations', value: loop.journal.acknowledged },
      { name: 'pictures at the end', value: pictures },
    ],
    breaches: loop.faults.map((fault) => `seed ${seed}, ${fault}`),
  };
}

function told({ journal, faults }: Loop): string {
  const pictures = journal.owners.reduce((sum, owner) => sum + owner.pictures.size, 0);
  return `${journal.acknowledged} acknowledged operations, ${pictures} pictures, ${faults.length} faults`;
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
  if (server.process.exitCode !== null) loop.faults.push(`${when}: it ended by itself: ${server.output()}`);
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
  const until = performance.now() + 20_000;
  while (journal.acknowledged < enough && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await new Promise((resolve) => setTimeout(resolve, random() * LONGEST_LOAD_MS));
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
  const wanted = loop.journal.owners.reduce((sum, owner) => sum + owner.pictures.size, 0);
  if (answer.status !== 200 || found?.length !== 0) loop.faults.push(`${when}: verify: ${text}`);
  if (pictures !== wanted) loop.faults.push(`${when}: verify saw ${pictures} of ${wanted} pictures`);
}

export const killLoop: ProofPart = {
  what: 'kill -9 at random moments under mixed load of 8 clients: nothing acknowledged is lost or changed, nothing is half.',
  unit: 'kills',
  sizes: { ci: 50, command: 1_000 },
  run: proveKills,
};
