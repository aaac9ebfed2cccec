import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createJournal } from '../acceptance/journal.ts';
import { compare } from '../acceptance/kill-loop-compare.ts';
import { LOAD_ENV, step } from '../acceptance/load.ts';
import { type RunningServer, SERVICE_TOKEN, serviceClient, startServer } from '../acceptance/rig.ts';
import { pngPicture } from '../support/pictures.ts';
import { seededRandom } from '../support/random.ts';

const OWNER = 'anna';
const png = new Uint8Array(await pngPicture({ width: 200, height: 200 }));

let outputDir = '';
let server: RunningServer | undefined;
beforeEach(async () => {
  outputDir = await mkdtemp(join(tmpdir(), 'kiroku-life-'));
});
afterEach(async () => {
  await server?.kill();
  server = undefined;
  await rm(outputDir, { recursive: true, force: true });
});

async function start(env: Record<string, string> = {}): Promise<RunningServer> {
  server = await startServer({ outputDir, env });
  return server;
}

const runFile = async () => JSON.parse(await readFile(join(outputDir, '.kiroku/run.json'), 'utf8')) as object;

/** An upload that has begun and goes on only when told to. */
async function slowUpload(url: string) {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  const head = `--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n`;
  const tail = '\r\n--b--\r\n';
  const length = head.length + png.byteLength + tail.length;
  socket.write(
    `POST /api/v1/images?owner=${OWNER} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${SERVICE_TOKEN}\r\n` +
      `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${length}\r\n\r\n${head}`,
  );
  socket.write(png.subarray(0, 5000));
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString('utf8');
  });
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return {
    answer: () => answer,
    closed,
    drop: () => socket.destroy(),
    finish() {
      socket.write(png.subarray(5000));
      socket.write(tail);
    },
  };
}

async function stagedFiles(): Promise<string[]> {
  return readdir(join(outputDir, '.kiroku/staging'));
}

/** Waits for something that comes about by itself. */
async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('SIGTERM', () => {
  it('under load ends with 0, loses nothing acknowledged and leaves a clean run', async () => {
    const first = await start(LOAD_ENV);
    const lines = await mkdtemp(join(tmpdir(), 'kiroku-life-journal-'));
    const journal = createJournal([{ name: OWNER, cookie: undefined }], join(lines, 'journal.jsonl'));
    const random = seededRandom(20_261_121);
    let counter = 0;
    const next = () => (counter += 1);
    // a refusal while draining is an answer too: nothing of it may be there
    const world = { base: first.url, journal, random, next, mayDrain: true };
    const workers = Array.from({ length: 4 }, async () => {
      while (await step(world));
    });
    await until(async () => journal.acknowledged >= 15);
    expect(await first.stop()).toBe(0);
    await Promise.all(workers);
    expect(await runFile()).toMatchObject({ clean: true });
    expect(await stagedFiles()).toEqual([]);
    const { url } = await start();
    const end = { base: url, outputs: outputDir, random, everyByte: true };
    expect(await compare(journal, end)).toEqual([]);
    await rm(lines, { recursive: true });
  });

  it('lets an upload under way come to its end', async () => {
    const first = await start();
    const upload = await slowUpload(first.url);
    await until(async () => (await stagedFiles()).length > 0);
    const stopped = first.stop();
    await until(async () => first.output().includes('stopping'));
    upload.finish();
    await upload.closed;
    expect(await stopped).toBe(0);
    const accepted = upload.answer().startsWith('HTTP/1.1 201');
    if (!accepted) expect(upload.answer()).toMatch(/^HTTP\/1\.1 503/);
    const second = await start();
    expect(await serviceClient(second.url, OWNER).all('active')).toHaveLength(accepted ? 1 : 0);
    expect(await stagedFiles()).toEqual([]);
  });

  it('a second time stops at once, and the next start settles it', async () => {
    const first = await start();
    const upload = await slowUpload(first.url);
    await until(async () => (await stagedFiles()).length > 0);
    const stopped = first.stop();
    await until(async () => first.output().includes('stopping'));
    // two at almost the same time are one, from the terminal and through npm: it is asked again until it is heard
    const insist = setInterval(() => first.process.kill('SIGTERM'), 20);
    expect(await stopped, first.output()).toBe(1);
    clearInterval(insist);
    upload.drop();
    expect(await runFile()).toMatchObject({ clean: false });
    await start();
    expect(await stagedFiles()).toEqual([]);
  });
});

describe('a client that goes away (U3)', () => {
  it('leaves nothing staged', async () => {
    const { url } = await start();
    const upload = await slowUpload(url);
    await until(async () => (await stagedFiles()).length > 0);
    upload.drop();
    await until(async () => (await stagedFiles()).length === 0);
    expect((await serviceClient(url, OWNER).upload(png)).status).toBe(201);
  });
});

describe('kill -9', () => {
  it('leaves a tree that opens, with everything acknowledged and nothing staged', async () => {
    const first = await start();
    const client = serviceClient(first.url, OWNER);
    const answers = await Promise.all(Array.from({ length: 5 }, () => client.upload(png)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    const before = await (await client.call('/images')).text();
    const upload = await slowUpload(first.url);
    await until(async () => (await stagedFiles()).length > 0);
    await first.kill();
    upload.drop();
    expect(await stagedFiles()).not.toEqual([]);
    const second = await start();
    expect(await (await serviceClient(second.url, OWNER).call('/images')).text()).toBe(before);
    expect(await stagedFiles()).toEqual([]);
    // what the killed run left is compared beside the first requests; then a stop is clean again
    expect(await second.stop()).toBe(0);
    expect(await runFile()).toMatchObject({ v: 1 });
  });
});
