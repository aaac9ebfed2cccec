import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { isOwner, type Owner } from '../domain/owner.ts';
import { createLanes } from '../state/lanes.ts';
import type { StateStore } from '../state/state-store.ts';

export type Actor = 'admin' | 'service' | 'job' | 'owner';

/** One thing that somebody with power over other people's pictures has done. */
export interface AuditEntry {
  /** ms since the epoch. */
  readonly at: number;
  readonly actor: Actor;
  /** `purge-trash`, `trash`, `restore`, `transfer`, `view`, … */
  readonly action: string;
  /** Whose pictures; undefined for everybody's. */
  readonly owner: Owner | undefined;
  /** Counts, ids (at most 100), what was asked for. Neither secrets nor prompts. */
  readonly detail: JsonObject;
}

export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  readonly total: number;
}

/** The append-only log of what admins do. */
export interface Audit {
  /** Durable when it resolves: before the action is answered. @throws KirokuError as the state store */
  record(entry: Omit<AuditEntry, 'at'>): Promise<void>;
  /** Newest first; of some owners, what was done about everybody is left out. */
  list(query: {
    readonly owners?: readonly Owner[];
    readonly page: number;
    readonly size: number;
  }): Promise<AuditPage>;
}

export interface AuditDeps {
  readonly state: StateStore;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** Everybody may ask what was done to his pictures: one reader of a long log at a time is enough. */
const LIST = 'list';

export function createAudit({ state, now }: AuditDeps): Audit {
  const lanes = createLanes();
  return {
    async record({ actor, action, owner, detail }) {
      await state.append('audit', { at: now(), actor, action, owner: owner ?? null, detail });
    },
    list: ({ owners, page, size }) =>
      lanes.run(LIST, async () => {
        const wantedOwners = owners === undefined ? undefined : new Set(owners);
        // Only what the page needs is kept: the log may be years long, and is read from its start.
        const last: AuditEntry[] = [];
        const wanted = page * size;
        let total = 0;
        for await (const line of state.readJournal('audit')) {
          const entry = entryOf(line);
          if (entry === undefined) continue;
          if (wantedOwners !== undefined && (entry.owner === undefined || !wantedOwners.has(entry.owner)))
            continue;
          total += 1;
          last.push(entry);
          if (last.length > wanted * 2) last.splice(0, last.length - wanted);
        }
        const newest = last.reverse();
        return { entries: newest.slice(wanted - size, wanted), total };
      }),
  };
}

/** Undefined for an entry of another form: a later version's, say. */
function entryOf({ at, actor, action, owner, detail }: JsonObject): AuditEntry | undefined {
  const known = ACTORS.find((one) => one === actor);
  if (typeof at !== 'number' || known === undefined || typeof action !== 'string') return undefined;
  const of = typeof owner === 'string' && isOwner(owner) ? owner : undefined;
  return { at, actor: known, action, owner: of, detail: isJsonObject(detail) ? detail : {} };
}

const ACTORS: readonly Actor[] = ['admin', 'service', 'job', 'owner'];
