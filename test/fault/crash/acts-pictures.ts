import { isKirokuError } from '../../../src/domain/errors.ts';
import { KINDS } from '../../../src/domain/kind.ts';
import type { Owner } from '../../../src/domain/owner.ts';
import type { IngestResult } from '../../../src/services/services.ts';
import { randomBelow } from '../../support/random.ts';
import { body } from '../../support/services.ts';
import type { Machine } from './engine.ts';
import type { Fact, KeyedUpload } from './journal.ts';
import { pictureFact } from './look.ts';
import { PICTURES, pictureAt, traitOf } from './pictures.ts';
import { MEMBERS, type World } from './world.ts';

/** Something that somebody asks for; false when there was nothing that it could be asked of. */
export type Act = (world: World) => Promise<boolean>;

export const isPicture = ({ at }: Fact): boolean => at !== undefined;
const isActive = ({ at }: Fact): boolean => at?.status === 'active';

interface Upload {
  readonly owner: Owner;
  readonly kind: (typeof KINDS)[number];
  readonly prompt: string;
  readonly key?: string;
}

/** As a pipeline sends it. */
export async function send({ ingest }: Machine, picture: number, upload: Upload): Promise<IngestResult> {
  const { owner, kind, prompt, key } = upload;
  const received = await ingest.receive(body(pictureAt(picture)), { maxBytes: 100_000 });
  try {
    return await ingest.commit(received, {
      ...{ owner, kind, filename: 'a.png', meta: { prompt }, source: 'api' },
      ...(key === undefined ? {} : { idempotencyKey: key }),
    });
  } finally {
    await received.discard();
  }
}

/** An owner may be given away while his upload is on its way: it is then refused, or goes along. */
async function unlessGone(work: Promise<Fact>): Promise<Fact | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isKirokuError(error, 'owner_moved')) return undefined;
    throw error;
  }
}

async function uploadAs(world: World, key: string | undefined): Promise<void> {
  const { machine, journal, random } = world;
  const owner = world.pick([...MEMBERS, world.guest, world.guest]);
  const picture = randomBelow(random, PICTURES.length);
  const kind = key !== undefined || random() < 0.7 ? 'generated' : world.pick(KINDS);
  const upload = { owner, kind, prompt: `p${randomBelow(random, 1000)}` } as const;
  const asked: KeyedUpload = { owner, picture, made: undefined };
  if (key !== undefined) journal.send(key, asked);
  const made = await journal.make(traitOf(picture), async () => {
    const sent = send(machine, picture, { ...upload, ...(key === undefined ? {} : { key }) });
    const fact = await unlessGone(sent.then(({ entry }) => pictureFact(entry)));
    if (fact !== undefined) journal.learn(fact);
    return fact?.key;
  });
  if (key !== undefined) journal.send(key, { ...asked, made });
}

const upload: Act = async (world) => {
  await uploadAs(world, undefined);
  return true;
};

const uploadWithKey: Act = async (world) => {
  await uploadAs(world, `key-${world.next()}`);
  return true;
};

/** The same key again, after its answer: the same picture, and no second one. */
const sendAgain: Act = async (world) => {
  const { machine, journal } = world;
  const { uploads } = journal;
  if (uploads.length === 0) return false;
  const [key, { owner, picture, made }] = world.pick(uploads);
  const fact = journal.idle().find(({ key: known }) => known === made);
  if (fact === undefined) return false;
  return world.with(fact.owner, async () => {
    const { entry, outcome } = await send(machine, picture, { owner, kind: 'generated', prompt: '', key });
    if (outcome !== 'replayed' || `picture ${entry.id}` !== made) throw new Error(`${key}: ${outcome}`);
  });
};

const edit: Act = async (world) => {
  const fact = world.pickIdle(isPicture);
  if (fact?.at === undefined) return false;
  const { kind, id } = fact.at;
  const patch = { tags: [`t${world.next()}`], favorite: world.random() < 0.1, rating: world.next() % 6 };
  const [, status, , , , ...rest] = fact.text.split(' ');
  const text = [kind, status, patch.tags.join(), patch.favorite, patch.rating, ...rest].join(' ');
  return world.with(fact.owner, () =>
    world.journal.change(fact.key, { ...fact, text }, async () =>
      pictureFact(await world.machine.gallery.edit(fact.owner, kind, id, patch)),
    ),
  );
};

const throwAway: Act = async (world) => {
  const fact = world.pickIdle(isPicture);
  if (fact?.at === undefined) return false;
  const { kind, id, status } = fact.at;
  const next = status === 'active' ? 'trash' : 'active';
  const changed = { ...fact, text: fact.text.replace(` ${status} `, ` ${next} `) };
  return world.with(fact.owner, () =>
    world.journal.change(fact.key, changed, async () =>
      pictureFact(await world.machine.trash[next === 'trash' ? 'trash' : 'restore'](fact.owner, kind, id)),
    ),
  );
};

const copyToInputs: Act = async (world) => {
  const fact = world.pickIdle((one) => isActive(one) && one.at?.kind !== 'input');
  if (fact?.at === undefined || fact.at.kind === 'input') return false;
  const { kind, id } = fact.at;
  return world.with(fact.owner, () =>
    world.journal.make(fact.trait, async () => {
      world.journal.learn(pictureFact(await world.machine.inputs.copy(fact.owner, kind, id)));
    }),
  );
};

export const PICTURE_ACTS = {
  upload,
  'upload with a key': uploadWithKey,
  'the same key again': sendAgain,
  edit,
  'trash or restore': throwAway,
  'copy to inputs': copyToInputs,
} satisfies Record<string, Act>;
