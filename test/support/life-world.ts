import { expect } from 'vitest';
import type { Owner } from '../../src/domain/owner.ts';
import type { PictureRecord } from '../../src/domain/record.ts';
import { createMemoryStorage, type MemoryStorage } from '../../src/storage/memory-storage.ts';
import { asOwner } from './ids.ts';
import { LifeModel } from './life-model.ts';
import { type Life, newTree, openLife } from './life-rig.ts';
import { PICTURES } from './life-steps.ts';
import { pngPicture } from './pictures.ts';
import { countingRandom } from './services.ts';
import { createFaultStorage, type FaultStorage } from './storage/fault-storage.ts';

const START = Date.UTC(2026, 0, 1);
export const MEMBER = asOwner('anna');
export const guest = (n: number) => asOwner(`anon-${String(n).padStart(32, '0')}`);

export const POOL = await Promise.all(
  Array.from({ length: PICTURES }, (_, n) => pngPicture({ width: 6 + n * 2, height: 8, seed: n + 1 })),
);

interface Sizes {
  readonly sha256: string;
  readonly bytes: number;
  readonly thumbBytes: number;
}

/** What each picture of the pool becomes: measured once, by the real parts. */
async function measured(): Promise<Sizes[]> {
  const storage = createMemoryStorage();
  await newTree(storage);
  const life = await openLife(storage, { random: countingRandom() });
  const sizes: Sizes[] = [];
  for (const bytes of POOL) {
    const { sha256, bytes: size, thumb_bytes } = (await life.add(bytes, { owner: MEMBER })).entry.record();
    sizes.push({ sha256, bytes: size, thumbBytes: thumb_bytes });
  }
  await life.close();
  return sizes;
}

export const SIZES = await measured();

export function at<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new RangeError(`nothing at ${index}`);
  return found;
}

/** The world under test and the model beside it. */
export class World {
  readonly model = new LifeModel();
  readonly disk: MemoryStorage;
  readonly random = countingRandom();
  readonly snapshots: boolean;
  guests = 1;
  now = START;
  private opened: { storage: FaultStorage; life: Life } | undefined;

  constructor(snapshots: boolean) {
    this.snapshots = snapshots;
    this.disk = createMemoryStorage({ now: () => this.now });
  }

  get life(): Life {
    if (this.opened === undefined) throw new Error('it is not open');
    return this.opened.life;
  }

  get iso(): string {
    return new Date(this.now).toISOString();
  }

  get owners(): Owner[] {
    return [MEMBER, ...Array.from({ length: this.guests }, (_, n) => guest(n))];
  }

  async open(): Promise<void> {
    const storage = createFaultStorage(this.disk);
    const life = await openLife(storage, { random: this.random, snapshots: this.snapshots });
    this.opened = { storage, life };
  }

  /** @param killed without a word: nothing more that this process does reaches the disk */
  async close(killed = false): Promise<void> {
    if (killed) {
      this.opened?.storage.arm({ at: 1, fault: { kill: true } });
      await this.opened?.storage.stat('users').catch(() => undefined);
    }
    await this.opened?.life.close().catch((error: unknown) => {
      if (!killed) throw error;
    });
    this.opened = undefined;
  }

  /** Who it was, and who it is by now. */
  name(one: string): { said: Owner; owner: Owner } {
    if (one === 'member' || (one === 'former' && this.guests === 1)) return { said: MEMBER, owner: MEMBER };
    if (one === 'former') return { said: guest(0), owner: MEMBER };
    const owner = guest(this.guests - 1);
    return { said: owner, owner };
  }

  /** As admission does it on the wire. */
  async admitted(one: string): Promise<Owner> {
    const { said, owner } = this.name(one);
    expect(await this.life.moved.resolve(said)).toBe(owner);
    return owner;
  }

  pick(owner: Owner, index: number): PictureRecord | undefined {
    const all = this.model.of(owner);
    return all.length === 0 ? undefined : at(all, index % all.length);
  }
}
