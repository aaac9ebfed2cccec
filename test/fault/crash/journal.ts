import type { Day } from '../../../src/domain/day.ts';
import type { PictureId } from '../../../src/domain/id.ts';
import type { Kind, Status } from '../../../src/domain/kind.ts';
import type { Owner } from '../../../src/domain/owner.ts';

/** One thing that somebody may be told of: a picture, a link, a saved search. */
export interface Fact {
  readonly key: string;
  readonly owner: Owner;
  /** What it can be known by before its id is: a picture's hash, else the word for what it is. */
  readonly trait: string;
  /** Everything about it that callers were told, but for whose it is. */
  readonly text: string;
  /** A picture's place. */
  readonly at?: {
    readonly kind: Kind;
    readonly id: PictureId;
    readonly day: Day;
    readonly status: Status;
    /** Its purge has begun: nothing else can be done with it any more. */
    readonly purging: boolean;
  };
}

export interface Transfer {
  readonly from: Owner;
  readonly to: Owner;
}

/** An upload under an idempotency key. */
export interface KeyedUpload {
  readonly owner: Owner;
  /** Index of the picture that was sent. */
  readonly picture: number;
  /** What it made; undefined while it is not answered. */
  readonly made: string | undefined;
}

/** What callers were told by a moment, and what they had asked for and not been told yet. */
export interface Told {
  readonly known: ReadonlyMap<string, Fact>;
  /** What an unanswered change would make of it. */
  readonly asked: ReadonlyMap<string, Fact | 'gone'>;
  /** What was told to be gone for good. */
  readonly gone: ReadonlySet<string>;
  /** Traits of what is being made, as often as it is. */
  readonly coming: readonly string[];
  readonly giving: Transfer | undefined;
  readonly keyed: ReadonlyMap<string, KeyedUpload>;
  /** Names of files that were dropped and synced, and that nobody was told to have been taken in. */
  readonly dropped: ReadonlySet<string>;
}

/** Written by those who ask; copied at each cut. */
export class Journal {
  private readonly known = new Map<string, Fact>();
  private readonly asked = new Map<string, Fact | 'gone'>();
  private readonly gone = new Set<string>();
  private readonly coming: string[] = [];
  private readonly keyed = new Map<string, KeyedUpload>();
  readonly dropped = new Set<string>();
  private giving: Transfer | undefined;
  private readonly isAlive: () => boolean;

  /** @param isAlive whether the process that is asked lives: what a dead one still answers is told to nobody */
  constructor(isAlive: () => boolean) {
    this.isAlive = isAlive;
  }

  /** What nobody is changing. */
  idle(): Fact[] {
    return [...this.known.values()].filter(({ key }) => !this.asked.has(key));
  }

  /** Those in the trash that may be purged: idle ones, and whose purge a killed process had begun. */
  purgeable(owner: Owner): Fact[] {
    return [...this.known.values()].filter(
      (fact) =>
        fact.owner === owner &&
        fact.at?.status === 'trash' &&
        (this.asked.get(fact.key) ?? 'gone') === 'gone',
    );
  }

  get uploads(): [string, KeyedUpload][] {
    return [...this.keyed].filter(([, { made }]) => made !== undefined && this.known.has(made));
  }

  send(key: string, upload: KeyedUpload): void {
    this.keyed.set(key, upload);
  }

  /** @throws when the process died before it could tell */
  learn(fact: Fact): void {
    this.hear();
    this.known.set(fact.key, fact);
  }

  /** Something with this trait may come to be while `work` runs; what it answers is told. */
  async make<T>(trait: string, work: () => Promise<T>): Promise<T> {
    this.coming.push(trait);
    const result = await work();
    this.hear();
    this.coming.splice(this.coming.indexOf(trait), 1);
    return result;
  }

  /** `work` turns what is known into `next`; what it answers is told. */
  async change(key: string, next: Fact | 'gone', work: () => Promise<Fact | 'gone'>): Promise<void> {
    this.asked.set(key, next);
    const now = await work();
    this.hear();
    this.settle(key, now);
  }

  /** Several things may be gone for good when `work` ends; it says of each what it knows. */
  async remove(facts: readonly Fact[], work: () => Promise<(fact: Fact) => boolean>): Promise<void> {
    for (const { key } of facts) this.asked.set(key, 'gone');
    const isGone = await work();
    this.hear();
    for (const fact of facts) {
      if (isGone(fact)) this.settle(fact.key, 'gone');
      else if (fact.at?.purging !== true) this.settle(fact.key, fact);
    }
  }

  private hear(): void {
    if (!this.isAlive()) throw new Error('its process died before it could tell');
  }

  private settle(key: string, now: Fact | 'gone'): void {
    if (now === 'gone') {
      this.known.delete(key);
      this.gone.add(key);
    } else this.known.set(key, now);
    this.asked.delete(key);
  }

  async give(transfer: Transfer, work: () => Promise<void>): Promise<void> {
    this.giving = transfer;
    await work();
    this.hear();
    for (const [key, fact] of this.known) {
      if (fact.owner === transfer.from) this.known.set(key, { ...fact, owner: transfer.to });
    }
    this.giving = undefined;
  }

  /**
   * Nothing is on its way any more but purges that had begun: what is there now is what everybody is told from here on.
   */
  relearn(facts: ReadonlyMap<string, Fact>, adopted: readonly string[]): void {
    for (const key of [...this.asked.keys()]) {
      const now = facts.get(key) ?? 'gone';
      if (now === 'gone' || now.at?.purging !== true) this.settle(key, now);
    }
    for (const [key, fact] of facts) this.known.set(key, fact);
    for (const name of adopted) this.dropped.delete(name);
    this.coming.length = 0;
    this.giving = undefined;
  }

  told(): Told {
    return {
      known: new Map(this.known),
      asked: new Map(this.asked),
      gone: new Set(this.gone),
      coming: [...this.coming],
      giving: this.giving,
      keyed: new Map(this.keyed),
      dropped: new Set(this.dropped),
    };
  }
}
