import type { Owner } from '../../../src/domain/owner.ts';
import { asOwner } from '../../support/ids.ts';
import { type Random, randomBelow } from '../../support/random.ts';
import type { Machine } from './engine.ts';
import type { Fact, Journal } from './journal.ts';

export const MEMBERS = [asOwner('anna'), asOwner('bert')] as const;
export const guest = (n: number): Owner => asOwner(`anon-${String(n).padStart(32, '0')}`);

/** One machine, who asks it for things, and what they were told. */
export class World {
  /** Another one after each restart or kill. */
  machine: Machine;
  readonly journal: Journal;
  readonly random: Random;
  /** Guests whose pictures were given away. */
  given = 0;
  /** How often each act was done. */
  readonly done = new Map<string, number>();
  private serial = 0;
  private readonly working = new Map<Owner, number>();
  private readonly alone = new Set<Owner>();

  constructor(machine: Machine, journal: Journal, random: Random) {
    this.machine = machine;
    this.journal = journal;
    this.random = random;
  }

  get guest(): Owner {
    return guest(this.given);
  }

  /** Another number each time. */
  next(): number {
    this.serial += 1;
    return this.serial;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[randomBelow(this.random, items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  /** One of those that nobody is changing and whose owner nobody has to himself. */
  pickIdle(wanted: (fact: Fact) => boolean): Fact | undefined {
    const idle = this.journal.idle().filter((fact) => !this.alone.has(fact.owner) && wanted(fact));
    return idle.length === 0 ? undefined : this.pick(idle);
  }

  /** Whoever was at work was cut off, and goes on with another machine. */
  begin(machine: Machine): void {
    this.machine = machine;
    this.working.clear();
    this.alone.clear();
  }

  /** Beside others. */
  async with(owner: Owner, work: () => Promise<void>): Promise<boolean> {
    if (this.alone.has(owner)) return false;
    this.working.set(owner, (this.working.get(owner) ?? 0) + 1);
    await work();
    this.working.set(owner, (this.working.get(owner) ?? 1) - 1);
    return true;
  }

  /** While nobody else changes anything of theirs; uploads go on. False: somebody does. */
  async withAlone(owners: readonly Owner[], work: () => Promise<void>): Promise<boolean> {
    if (owners.some((owner) => this.alone.has(owner) || (this.working.get(owner) ?? 0) > 0)) return false;
    for (const owner of owners) this.alone.add(owner);
    await work();
    for (const owner of owners) this.alone.delete(owner);
    return true;
  }
}
