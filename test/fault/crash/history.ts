import { UnsettledError } from '../../../src/domain/errors.ts';
import type { PictureId } from '../../../src/domain/id.ts';
import { KINDS } from '../../../src/domain/kind.ts';
import { pngPicture } from '../../support/pictures.ts';
import type { Random } from '../../support/random.ts';
import { randomBelow } from '../../support/random.ts';
import { ANNA, BERT, body } from '../../support/services.ts';
import type { Machine } from './engine.ts';
import { type Known, knownOf, type Told } from './told.ts';

/** A random history of one machine, and the journal of what its callers were told. */
export interface History {
  /** One more operation; several may run at once. */
  step(): Promise<void>;
  told(): Told;
}

const PICTURES = await Promise.all(
  Array.from({ length: 12 }, (_, seed) => pngPicture({ width: 12, height: 9, seed })),
);
const OWNERS = [ANNA, BERT];

export function createHistory(machine: Machine, random: Random): History {
  const acknowledged = new Map<PictureId, Known>();
  const asked = new Map<PictureId, Known>();
  const uploads = new Map<string, number>();
  const { ingest, trash, engine } = machine;
  const pick = <T>(items: readonly T[]): T => {
    const item = items[randomBelow(random, items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  };

  async function upload(): Promise<void> {
    const owner = pick(OWNERS);
    const kind = random() < 0.7 ? 'generated' : pick(KINDS);
    const received = await ingest.receive(body(pick(PICTURES)), { maxBytes: 1_000_000 });
    const { sha256 } = received;
    uploads.set(sha256, (uploads.get(sha256) ?? 0) + 1);
    const meta = { prompt: `p${randomBelow(random, 1000)}` };
    const { entry } = await ingest.commit(received, { owner, kind, filename: 'a.png', meta, source: 'api' });
    acknowledged.set(entry.id, knownOf(entry));
    const left = (uploads.get(sha256) ?? 1) - 1;
    if (left === 0) uploads.delete(sha256);
    else uploads.set(sha256, left);
  }

  async function change(known: Known): Promise<void> {
    const { owner, kind, id } = known;
    const edits = random() < 0.4;
    const tags = `t${randomBelow(random, 1000)}`;
    const flipped = known.status === 'active' ? 'trash' : 'active';
    asked.set(id, edits ? { ...known, tags } : { ...known, status: flipped });
    const entry = edits
      ? (
          await engine.catalog.commit(owner, {
            op: 'edit',
            kind,
            id,
            change: (current) => ({ ...current, tags: [tags] }),
          })
        ).entry
      : await trash[flipped === 'trash' ? 'trash' : 'restore'](owner, kind, id);
    acknowledged.set(id, knownOf(entry));
    asked.delete(id);
  }

  return {
    async step() {
      const idle = [...acknowledged.values()].filter(({ id }) => !asked.has(id));
      try {
        if (idle.length === 0 || random() < 0.5) await upload();
        else await change(pick(idle));
      } catch (error) {
        if (!(error instanceof UnsettledError)) throw error;
      }
    },
    told: () => ({
      acknowledged: new Map(acknowledged),
      asked: new Map(asked),
      uploads: new Set(uploads.keys()),
    }),
  };
}
