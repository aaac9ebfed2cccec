import { readdir } from 'node:fs/promises';
import type { ProofOptions, ProofPart, ProofResult } from '../../scripts/dev/proof-part.ts';
import { LOAD_ENV } from './load.ts';
import { type RunningServer, startServer } from './rig.ts';
import { createKeeper, type Keeper } from './space-keeper.ts';
import { openVolume, type Volume } from './space-volume.ts';

/** Room that ends and volumes that go away: what is answered meanwhile, what still works, and that it mends itself. */

interface Scene {
  readonly volume: Volume;
  readonly keeper: Keeper;
  /** Another server on the same volume: it has looked at nobody yet. */
  restart(): Promise<void>;
}

interface Case {
  /** As mount(8) takes them for tmpfs. */
  readonly mount: (round: number) => string;
  readonly env?: Readonly<Record<string, string>>;
  play(scene: Scene): Promise<void>;
}

const REFUSED_AGAIN = 3;
const FULL = { status: 507, code: 'disk_full' };
const READ_ONLY = { status: 503, code: 'read_only' };
const AWAY = { status: 503, code: 'volume_missing' };

/** Fills the volume through the door: uploads until one is refused, and some more. */
async function fill({ keeper }: Scene): Promise<void> {
  for (let count = 0; ; count += 1) {
    const answer = await keeper.upload();
    if (answer.status === 201 && count < 400) continue;
    keeper.expect('the upload that has no room', answer, FULL);
    if (count < 3) keeper.fault(`only ${count} uploads before the volume was full`);
    break;
  }
  for (let again = 0; again < REFUSED_AGAIN; again += 1) {
    keeper.expect('one more upload without room', await keeper.upload(), FULL);
  }
}

const BELOW_RESERVE: Case = {
  mount: (round) => `size=${4_096 + 512 * (round % 5)}k`,
  env: { DISK_RESERVE_MB: '2' },
  async play(scene) {
    const { keeper } = scene;
    await fill(scene);
    await keeper.check('with the disk full');
    await keeper.edit();
    await keeper.trash(4);
    await keeper.restore(1);
    await keeper.purge();
    await keeper.worksAgain('with room again');
  },
};

const LAST_BYTE: Case = {
  mount: () => 'size=6m',
  env: { DISK_RESERVE_MB: '0' },
  async play({ keeper, volume }) {
    for (let count = 0; count < 4; count += 1)
      keeper.expect('an upload', await keeper.upload(), { status: 201 });
    await keeper.trash(1);
    await volume.run('dd if=/dev/zero of="$VOLUME/filler" bs=1k 2>/dev/null; test -s "$VOLUME/filler"');
    keeper.expect('an upload into the last byte', await keeper.upload(), FULL);
    await keeper.check('without a byte left');
    // the reserve is what these live on: without one they may be refused, and are then not done
    await keeper.attempt('trash', FULL);
    await keeper.attempt('edit', FULL);
    await keeper.check('after changes without a byte left');
    await volume.run('rm "$VOLUME/filler"');
    await keeper.worksAgain('with room again');
  },
};

const NO_INODES: Case = {
  mount: (round) => `size=32m,nr_inodes=${100 + (round % 7)}`,
  async play(scene) {
    const { keeper, volume } = scene;
    await fill(scene);
    await keeper.check('without an inode left');
    await keeper.attempt('trash', FULL);
    await keeper.attempt('edit', FULL);
    await keeper.check('after changes without an inode left');
    await volume.run('mount -o remount,nr_inodes=400 "$KEPT"');
    await keeper.worksAgain('with inodes again');
  },
};

const WRITE_PROTECTED: Case = {
  mount: () => 'size=16m',
  async play({ keeper, volume, restart }) {
    for (let count = 0; count < 4; count += 1)
      keeper.expect('an upload', await keeper.upload(), { status: 201 });
    await keeper.trash(1);
    await restart();
    // what is open for writing keeps a mount from being made read-only: another one is, where nobody can open anything, and is
    // then put over it
    await volume.run('mkdir "$KEPT.ro" && mount --bind "$KEPT" "$KEPT.ro"');
    await volume.run('mount -o remount,bind,ro "$KEPT.ro" && mount --bind "$KEPT.ro" "$VOLUME"');
    keeper.expect('an upload', await keeper.upload(), READ_ONLY);
    await keeper.attempt('trash', READ_ONLY);
    await keeper.attempt('edit', READ_ONLY);
    await keeper.check('with the disk read-only');
    await volume.run('umount "$VOLUME" && umount "$KEPT.ro"');
    await keeper.worksAgain('with the disk writable again');
  },
};

/**
 * @param leave how the volume goes away
 * @param back how it comes back
 * @param isKnown the server has the owner in memory by then
 */
function away(leave: string, back: string, isKnown: boolean): Case {
  return {
    mount: () => 'size=16m',
    async play({ keeper, volume, restart }) {
      for (let count = 0; count < 4; count += 1)
        keeper.expect('an upload', await keeper.upload(), { status: 201 });
      await keeper.trash(1);
      await keeper.fillLists();
      if (!isKnown) await restart();
      await volume.run(leave);
      keeper.expect('an upload', await keeper.upload(), AWAY);
      await keeper.attempt('trash', AWAY);
      await keeper.attempt('edit', AWAY);
      keeper.expect('an original', await keeper.original(), AWAY);
      keeper.expect('a link', await keeper.share(), AWAY);
      await keeper.notReady();
      await keeper.lists('away', AWAY);
      const there = await readdir(volume.seen);
      if (there.length > 0) keeper.fault(`in place of the volume there is now ${there.join(', ')}`);
      await volume.run(back);
      await keeper.lists('back again');
      await keeper.worksAgain('with the volume back');
    },
  };
}

const UNMOUNT = 'umount -l "$VOLUME"';
const MOUNT = 'mount --bind "$KEPT" "$VOLUME"';
const COVER = 'mount -t tmpfs -o size=1m none "$VOLUME"';

const CASES: Readonly<Record<string, Case>> = {
  'below the reserve': BELOW_RESERVE,
  'to the last byte': LAST_BYTE,
  'no inodes': NO_INODES,
  'read-only': WRITE_PROTECTED,
  unmounted: away(UNMOUNT, MOUNT, true),
  'unmounted, nobody in memory': away(UNMOUNT, MOUNT, false),
  'replaced by an empty one': away(COVER, 'umount "$VOLUME"', false),
};

async function playCase(name: string, { mount, env = {}, play }: Case, round: number): Promise<string[]> {
  const volume = await openVolume(mount(round));
  const start = () =>
    startServer({ outputDir: volume.path, prefix: volume.prefix, env: { ...LOAD_ENV, ...env } });
  let server: RunningServer | undefined;
  const running = (): RunningServer => {
    if (server === undefined) throw new Error('the server was not started');
    return server;
  };
  const keeper = createKeeper(running, volume.seen, round);
  const restart = async (): Promise<void> => {
    const code = await server?.stop();
    if (code !== undefined && code !== 0) keeper.fault(`the stop gave ${code}: ${server?.output()}`);
    server = undefined;
    server = await start();
  };
  try {
    await restart();
    await play({ volume, keeper, restart });
    await keeper.check('at the end');
    await restart();
    await keeper.check('after a restart');
    const staged = await readdir(`${volume.seen}/.kiroku/staging`);
    if (staged.length > 0) keeper.fault(`staged: ${staged.join(', ')}`);
  } catch (error) {
    keeper.fault(
      `${error instanceof Error ? error.stack : String(error)}\n${server?.output().slice(-2_000)}`,
    );
  } finally {
    await server?.kill();
    await volume.close();
  }
  return keeper.faults.map((fault) => `round ${round}, ${name}: ${fault}`);
}

async function proveSpace({ cycles, seed, say, only }: ProofOptions): Promise<ProofResult> {
  const names = Object.keys(CASES);
  if (only !== undefined && !names.includes(only)) throw new RangeError(`--only: one of ${names.join(', ')}`);
  const breaches: string[] = [];
  let played = 0;
  for (let round = seed; round < seed + cycles; round += 1) {
    for (const [name, one] of Object.entries(CASES)) {
      if (only !== undefined && only !== name) continue;
      const found = await playCase(name, one, round);
      breaches.push(...found);
      played += 1;
      say(`round ${round}, ${name}: ${found.length === 0 ? 'held' : found.join('; ')}`);
    }
  }
  return { figures: [{ name: 'volumes that ran full or went away', value: played }], breaches };
}

export const space: ProofPart = {
  what: 'A volume runs full, out of inodes, read-only or away: the right refusal, reads go on, and it works again by itself.',
  unit: 'rounds of seven cases',
  sizes: { ci: 1, command: 20 },
  run: proveSpace,
};
