import type { Log } from '../../domain/log.ts';
import { isoOf } from '../../domain/time.ts';
import type { StateStore } from '../../state/state-store.ts';
import type { SettledClock } from './settled.ts';

/** What the run before this one left. */
export interface FormerRun {
  /**
   * Changes from this time (ms) on may lack their lasting form: compare them. Undefined after a clean stop, and in a
   * tree that never ran.
   */
  readonly unsettledSince: number | undefined;
}

/** Reads `run.json`. @param isNew the tree has just been marked: nothing ran here */
export async function readFormerRun(state: StateStore, isNew: boolean): Promise<FormerRun> {
  const document = await state.readDocument('run');
  if (document === undefined) return { unsettledSince: isNew ? undefined : 0 };
  if (document['clean'] === true) return { unsettledSince: undefined };
  const settled = document['settled_at'];
  const time = typeof settled === 'string' ? Date.parse(settled) : Number.NaN;
  return { unsettledSince: Number.isFinite(time) ? time : 0 };
}

export interface RunFile {
  /** Where the server can be called: how an operator's command finds it. Never throws. */
  listening(url: string): Promise<void>;
  /** Everything the former run left open has been compared: the settled time may go on. */
  caughtUp(): void;
  /**
   * Resolves when what stands on the disk asks for a comparison of changes from this time (ms) on. The clock must not go
   * past it while the change is on its way. @throws KirokuError when it cannot be written: the change must not be made
   */
  cover(since: number): Promise<void>;
  /** Writes the settled time, if anything changed since it was last written. Never throws. */
  tick(): Promise<void>;
  /** The last word of this run. @throws KirokuError when it cannot be written: the next start then compares */
  finish(): Promise<void>;
}

export interface RunFileDeps {
  readonly state: StateStore;
  readonly clock: SettledClock;
  readonly former: FormerRun;
  readonly log: Log;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** Keeps `.kiroku/run.json`: when this run started, and up to when everything is settled. */
export async function startRun(deps: RunFileDeps): Promise<RunFile> {
  const startedAt = deps.now();
  let held = deps.former.unsettledSince;
  let written = -1;
  let url: string | undefined;
  let queue: Promise<void> = Promise.resolve();
  /** The settled time of the write that was asked for last, and the latest that may stand on the disk. */
  let [asked, latest] = [0, 0];

  const write = (clean: boolean): Promise<void> => {
    const settled = Math.min(deps.clock.settledAt(), held ?? Number.POSITIVE_INFINITY);
    asked = settled;
    latest = Math.max(latest, settled);
    const document = {
      v: 1,
      started_at: isoOf(startedAt),
      settled_at: isoOf(Math.max(0, settled)),
      clean: clean && held === undefined && !deps.clock.owes(),
      // what a copy made beside the running server waits for
      caught_up: held === undefined,
      ...(url === undefined || clean ? {} : { url }),
    };
    queue = queue
      .catch(() => undefined)
      .then(() => deps.state.writeDocument('run', document))
      .then(() => {
        if (asked === settled) latest = settled;
      });
    return queue;
  };

  const told = async (): Promise<void> => {
    try {
      await write(false);
    } catch (error) {
      deps.log.warn({ err: error }, 'run.json could not be written: the next start compares more');
      throw error;
    }
  };

  await write(false);
  return {
    async listening(address) {
      url = address;
      await told().catch(() => undefined);
    },
    caughtUp() {
      held = undefined;
      written = -1;
    },
    async cover(since) {
      if (latest <= since) return;
      await (asked <= since ? queue : write(false));
    },
    async tick() {
      const changes = deps.clock.changes();
      if (changes === written) return;
      await told().then(
        () => (written = changes),
        () => undefined,
      );
    },
    finish: () => write(true),
  };
}
