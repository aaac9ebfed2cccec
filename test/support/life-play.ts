import { expect } from 'vitest';
import { isKirokuError } from '../../src/domain/errors.ts';
import type { PictureId } from '../../src/domain/id.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import type { BulkAction } from '../../src/services/services.ts';
import { idOf } from './ids.ts';
import type { ModelQuota } from './life-model.ts';
import { live } from './life-rig.ts';
import type { Step } from './life-steps.ts';
import { at, guest, MEMBER, POOL, SIZES, type World } from './life-world.ts';

const DAY_MS = 86_400_000;

/** The code of a refusal; `ok` without one. */
async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'ok';
  } catch (error) {
    if (isKirokuError(error)) return error.code;
    throw error;
  }
}

type Play<Op> = (world: World, step: Extract<Step, { op: Op }>) => Promise<void>;

const playUpload: Play<'upload'> = async (world, step) => {
  const { model, life, iso } = world;
  const { said, owner } = world.name(step.who);
  const { favorite, dedupe } = step;
  const { sha256, bytes, thumbBytes } = at(SIZES, step.picture);
  const createdAt = world.now - step.daysAgo * DAY_MS;
  const adding = life.add(at(POOL, step.picture), {
    ...{ owner: said, kind: step.kind, favorite, dedupe, createdAt },
  });
  const twin = dedupe ? model.twin(owner, step.kind, sha256) : undefined;
  if (twin !== undefined) {
    const { outcome, entry } = await adding;
    expect([outcome, entry.record()]).toEqual(['duplicate', twin]);
    return;
  }
  if (!model.makeRoom(owner, bytes + thumbBytes, iso)) {
    expect(await codeOf(adding)).toBe('quota_exceeded');
    return;
  }
  const { outcome, entry } = await adding;
  const record = entry.record();
  expect(outcome).toBe('created');
  expect(record).toMatchObject({
    ...{ owner, kind: step.kind, favorite, sha256, bytes, thumb_bytes: thumbBytes, rev: 1, tags: [] },
    ...{ status: 'active', trashed_at: null, rating: null },
    ...{ created_at: new Date(createdAt).toISOString(), updated_at: iso },
  });
  model.pictures.push(record);
};

const playSingle: Play<'trash' | 'restore'> = async (world, { op, who, which }) => {
  const { model, life, iso } = world;
  const owner = await world.admitted(who);
  const picture = world.pick(owner, which);
  if (picture === undefined) return;
  const { kind, id, status } = picture;
  const refused =
    op === 'restore' && status === 'trash' && !model.hasRoom(owner, picture.bytes + picture.thumb_bytes);
  expect(await codeOf(life.trash[op](owner, kind, id))).toBe(refused ? 'quota_exceeded' : 'ok');
  if (!refused) model[op](id, iso);
};

const playEdit: Play<'edit'> = async (world, { who, which, tags, favorite, rating }) => {
  const { model, life, iso } = world;
  const owner = await world.admitted(who);
  const picture = world.pick(owner, which);
  if (picture === undefined) return;
  const { kind, id, rev } = picture;
  const late = await codeOf(life.gallery.edit(owner, kind, id, { favorite }, rev + 1));
  expect(late).toBe('precondition_failed');
  const entry = await life.gallery.edit(owner, kind, id, { tags, favorite, rating }, rev);
  model.change(id, iso, { tags: [...new Set(tags)], favorite, rating });
  expect(entry.record()).toEqual(model.get(id));
};

function bulkChange(current: PictureRecord, action: BulkAction): Partial<PictureRecord> {
  switch (action.action) {
    case 'favorite':
    case 'unfavorite':
      return { favorite: action.action === 'favorite' };
    case 'rate':
      return { rating: action.rating };
    case 'tag':
      return { tags: [...new Set([...current.tags, ...action.tags])] };
    case 'untag':
      return { tags: current.tags.filter((tag) => !action.tags.includes(tag)) };
    default:
      return {};
  }
}

const playBulk: Play<'bulk'> = async (world, { who, some, action }) => {
  const { model, life, iso } = world;
  const owner = await world.admitted(who);
  const generated = model.of(owner, 'generated');
  const picked = new Set(some.map((n) => generated[n % Math.max(1, generated.length)]?.id));
  const ids = [...picked].filter((id): id is PictureId => id !== undefined);
  const strange = ['nothing', idOf(77)];
  const results = await life.bulk.apply(owner, 'generated', [...ids, ...strange], action);
  expect(results.map(({ id }) => id)).toEqual([...ids, ...strange]);
  expect(results.slice(-2).map(({ code }) => code)).toEqual(['not_found', 'not_found']);
  const before = new Map(ids.map((id) => [id, model.get(id).status]));
  const refused: PictureId[] = [];
  for (const [n, id] of ids.entries()) {
    const { ok, code } = at(results, n);
    if (action.action === 'delete') model.trash(id, iso);
    else if (action.action !== 'restore') model.change(id, iso, bulkChange(model.get(id), action));
    else if (ok) model.restore(id, iso);
    else refused.push(id);
    expect(code ?? 'ok').toBe(ok ? 'ok' : 'quota_exceeded');
    expect(ok || action.action === 'restore').toBe(true);
  }
  // nothing leaves meanwhile: what was refused has no room beside those that came back
  for (const id of refused) expect(model.hasRoom(owner, sizeOf(model.get(id)))).toBe(false);
  const more = action.action === 'restore' && refused.length < ids.length ? model.tooMuch(owner, 0, 0) : NONE;
  if (ids.some((id) => before.get(id) === 'trash' && model.get(id).status === 'active'))
    expect(more).toEqual(NONE);
};

const NONE = { bytes: 0, count: 0 };
const sizeOf = ({ bytes, thumb_bytes: thumb }: PictureRecord) => bytes + thumb;

const playPurge: Play<'purge'> = async (world, { who, olderThanDays }) => {
  const { model, life } = world;
  const request = {
    ...(who === null ? {} : { owner: await world.admitted(who) }),
    ...(olderThanDays === null ? {} : { olderThanDays }),
  };
  const plan = await life.purge.plan(request);
  const owners = request.owner === undefined ? world.owners : [request.owner];
  const doomed = owners.flatMap((owner) => model.purge(owner, world.now, olderThanDays ?? undefined));
  const sums = { count: doomed.length, bytes: doomed.reduce((sum, one) => sum + sizeOf(one), 0) };
  expect(plan).toMatchObject(sums);
  const done = await life.purge.apply(plan, { signal: live(), confirmed: true });
  expect(done).toEqual({ deleted: sums.count, bytes: sums.bytes, skipped: 0, failed: 0 });
};

const playQuota: Play<'quota'> = async (world, { who, maxBytes, maxCount, trashMaxBytes, policy }) => {
  const owner = await world.admitted(who);
  const quota: ModelQuota = { maxBytes, maxCount, trashMaxBytes, policy };
  const members = { max_bytes: maxBytes, max_count: maxCount, trash_max_bytes: trashMaxBytes, policy };
  await world.life.state.updateOwner(owner, (current) => ({ ...current, quota: members }));
  world.model.quotas.set(owner, quota);
};

const playTransfer: Play<'transfer'> = async (world) => {
  const { model, life, iso } = world;
  const from = guest(world.guests - 1);
  const had = model.of(from);
  if (had.length === 0 && !model.quotas.has(from)) {
    expect(await codeOf(life.ownership.transfer(from, MEMBER, live()))).toBe('not_found');
    return;
  }
  const result = await life.ownership.transfer(from, MEMBER, live());
  expect(result).toMatchObject({ moved: had.length, left: 0 });
  model.give(from, MEMBER, iso);
  world.guests += 1;
};

const playReindex: Play<'reindex'> = async (world, { depth }) => {
  const report = await world.life.reindex.run({ depth }, live());
  expect(report).toMatchObject({ adopted: 0, corrected: 0, failed: 0 });
};

const playUnknown: Play<'unknown'> = async (world, { who }) => {
  const { life, model } = world;
  const owner = await world.admitted(who);
  const { trash, gallery } = life;
  const others = model.pictures.filter((one) => one.owner !== owner).slice(0, 1);
  const mineNoMore = model.gone.filter(({ id }) => !model.of(owner).some((one) => one.id === id)).slice(-1);
  for (const { kind, id } of [...others, ...mineNoMore]) {
    expect(await codeOf(trash.trash(owner, kind, id))).toBe('not_found');
    expect(await codeOf(trash.restore(owner, kind, id))).toBe('not_found');
    expect(await codeOf(gallery.edit(owner, kind, id, { favorite: true }))).toBe('not_found');
  }
};

/** One step in the world and in the model; their answers must agree. */
export async function play(world: World, step: Step): Promise<void> {
  switch (step.op) {
    case 'upload':
      return playUpload(world, step);
    case 'trash':
    case 'restore':
      return playSingle(world, step);
    case 'edit':
      return playEdit(world, step);
    case 'bulk':
      return playBulk(world, step);
    case 'wait':
      world.now += step.hours * 3_600_000;
      return;
    case 'purge':
      return playPurge(world, step);
    case 'quota':
      return playQuota(world, step);
    case 'transfer':
      return playTransfer(world, step);
    case 'restart':
      await world.close(step.killed);
      return world.open();
    case 'reindex':
      return playReindex(world, step);
    case 'unknown':
      return playUnknown(world, step);
  }
}
