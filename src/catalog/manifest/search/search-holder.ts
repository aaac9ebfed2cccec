import type { OwnerStore, SearchHold } from '../store.ts';
import { buildSearch, isWorn, openSearch } from './open-search.ts';
import type { OwnerSearch, SearchTools } from './owner-search.ts';
import { SearchAgainError, SearcherLostError } from './search-trouble.ts';

/** Searches begun anew before the caller is told to come back. */
const ATTEMPTS = 5;

/** An owner's search for one index: opened by the first who searches, made anew in the background when it is worn. */
export class SearchHolder implements SearchHold {
  private current: OwnerSearch | undefined;
  private opening: Promise<OwnerSearch> | undefined;
  private renewing = false;
  private mustBuild = false;
  private retired = false;

  get bytes(): number {
    return this.current?.bytes ?? 0;
  }

  retire(): void {
    this.retired = true;
    this.current?.retire();
    this.current = undefined;
  }

  /** @throws KirokuError as the storage, SearchAgainError; whatever `work` throws */
  async run<T>(tools: SearchTools, work: (search: OwnerSearch) => Promise<T>): Promise<T> {
    const search = await this.ready(tools);
    try {
      const done = await search.use(() => work(search));
      this.tidy(tools);
      return done;
    } catch (error) {
      this.learn(search, error);
      throw error;
    }
  }

  private async ready(tools: SearchTools): Promise<OwnerSearch> {
    if (this.current !== undefined) return this.current;
    this.opening ??= this.open(tools).finally(() => {
      this.opening = undefined;
    });
    return this.opening;
  }

  /** What is not needed for an answer, behind it. */
  private tidy(tools: SearchTools): void {
    const { current } = this;
    if (current === undefined) return;
    current.flush(tools);
    if (!isWorn(current) || this.renewing) return;
    this.renewing = true;
    buildSearch(tools, () => this.current === current).then(
      (fresh) => this.replace(current, fresh),
      (error: unknown) => {
        if (this.retired) return;
        const { owner } = tools.store;
        tools.context.log.warn({ owner, err: error }, 'search file could not be renewed');
      },
    );
  }

  /** What a failure says about the search that failed. */
  private learn(search: OwnerSearch, error: unknown): void {
    const isDamaged = error instanceof SearchAgainError && error.isDamaged;
    if (this.current !== search || !(isDamaged || error instanceof SearcherLostError)) return;
    this.mustBuild = isDamaged;
    this.current = undefined;
    search.retire();
  }

  private async open(tools: SearchTools): Promise<OwnerSearch> {
    const search = this.mustBuild ? await buildSearch(tools) : await openSearch(tools);
    if (this.retired) {
      search.retire();
      throw new SearchAgainError();
    }
    this.mustBuild = false;
    this.current = search;
    return search;
  }

  private replace(worn: OwnerSearch, fresh: OwnerSearch): void {
    // failed ones are not tried again before the owner is loaded anew
    this.renewing = false;
    if (this.retired || this.current !== worn) fresh.retire();
    else {
      this.current = fresh;
      worn.retire();
    }
  }
}

function holderOf(store: OwnerStore): SearchHolder {
  if (store.search instanceof SearchHolder) return store.search;
  const holder = new SearchHolder();
  store.search = holder;
  return holder;
}

/** Runs `work` with the owner's search; once more when the index or the file has become another one. */
export async function withSearch<T>(
  tools: SearchTools,
  work: (search: OwnerSearch) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const holder = holderOf(tools.store);
    try {
      return await holder.run(tools, work);
    } catch (error) {
      if (!(error instanceof SearchAgainError) || attempt === ATTEMPTS) throw error;
    }
  }
}
