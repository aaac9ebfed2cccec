import { isKnown } from '../live/version.ts';
import { chunksOf } from './chunks.ts';
import type { CollectionDeps } from './collection-types.ts';
import type { Order } from './order.ts';
import { seeded } from './reach.ts';
import type { Recount } from './recount.ts';
import type { Counted, Listed } from './source.ts';

const FIRST_PAGE = '100';

export interface OpeningDeps extends Pick<CollectionDeps, 'source' | 'dayOf' | 'takeFirstPage'> {
  readonly order: Order;
  readonly recount: Recount;
  readonly signal: AbortSignal;
}

/** How a list begins: with the counts of its days, and its first page in them. */
export interface Opening {
  readonly state: 'new' | 'counting' | 'ready';
  /** Why it could not be counted. */
  readonly error: unknown;
  /** Also again, after it failed. */
  begin(): Promise<void>;
}

export function createOpening(deps: OpeningDeps): Opening {
  const { source, order, recount, dayOf, signal } = deps;
  let state: Opening['state'] = 'new';
  let error: unknown;

  const ask = (): Promise<Pick<Listed, 'items'> | undefined> =>
    source.page({ size: FIRST_PAGE }, signal).catch(() => undefined);
  /** What came before the list began stands for its first page where nothing has happened since. */
  const countedWithPage = async (): Promise<readonly [Counted, Pick<Listed, 'items'> | undefined]> => {
    const early = deps.takeFirstPage?.();
    if (early === undefined) {
      const page = ask();
      return [await source.count(signal), await page];
    }
    const counted = await source.count(signal);
    const isSame = isKnown(counted.version, early.version) && isKnown(early.version, counted.version);
    return [counted, isSame ? early : await ask()];
  };

  return {
    get state() {
      return state;
    },
    get error() {
      return error;
    },
    async begin() {
      state = 'counting';
      try {
        const [{ days, version }, page] = await countedWithPage();
        recount.counted = version;
        error = undefined;
        state = 'ready';
        order.set(seeded(chunksOf(days), page?.items ?? [], dayOf));
        order.tell();
        // the server was still reading its index: its first answer may be short
        if (version === undefined) recount.ask();
      } catch (problem) {
        if (signal.aborted) return;
        error = problem;
        order.tell();
      }
    },
  };
}
