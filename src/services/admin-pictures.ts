import type { Catalog, Entry, ListPage, ListQuery } from '../catalog/catalog.ts';
import { KirokuError, notFound } from '../domain/errors.ts';
import type { PictureId } from '../domain/id.ts';
import type { Kind, Status } from '../domain/kind.ts';
import type { Owner } from '../domain/owner.ts';
import type { Audit } from './audit.ts';
import { mergedPage } from './merged-list.ts';
import type { Trash } from './services.ts';

export interface AdminQuery extends Omit<ListQuery, 'status'> {
  readonly include: Status | 'all';
}

/** Anybody's pictures, for an admin. Whatever changes one is in the audit log before it is done. */
export interface AdminPictures {
  /** As a list of the owner's; `all` has active and trashed ones in one order. */
  list(query: AdminQuery): Promise<ListPage>;
  /**
   * Into the trash. Idempotent.
   * @param owner looked for among all owners when absent
   * @throws KirokuError `not_found`; `owner_required` without an owner where there are more than 200; `draining`
   */
  trash(kind: Kind, id: PictureId, owner?: Owner): Promise<Entry>;
  /** Out of it. Idempotent. @throws KirokuError `not_found`, `quota_exceeded` */
  restore(kind: Kind, id: PictureId, owner?: Owner): Promise<Entry>;
}

export interface AdminPicturesDeps {
  readonly catalog: Pick<Catalog, 'find' | 'list' | 'owners'>;
  readonly trash: Trash;
  readonly audit: Audit;
  /** Who has the pictures that were given out under this name. */
  readonly resolve: (owner: Owner) => Promise<Owner>;
  /** Ends a search for an owner when the server stops. */
  readonly shutdown: AbortSignal;
}

/** Owners who are looked through for a picture of which nobody says whose it is: each may have to be loaded. */
const MOST_SEARCHED = 200;

export function createAdminPictures(deps: AdminPicturesDeps): AdminPictures {
  const { catalog, trash, audit, resolve, shutdown } = deps;
  /** One at a time: each may load every owner there is. */
  let searching: Promise<unknown> = Promise.resolve();

  /** @throws KirokuError `owner_required`, before any of them is loaded */
  async function searchOwner(kind: Kind, id: PictureId): Promise<Entry | undefined> {
    const owners: Owner[] = [];
    for await (const owner of catalog.owners()) {
      if (owners.length === MOST_SEARCHED) throw tooMany();
      owners.push(owner);
    }
    for (const owner of owners) {
      if (shutdown.aborted) throw new KirokuError('draining', 'The server is stopping.');
      const entry = await catalog.find(owner, kind, id);
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  async function entryOf(kind: Kind, id: PictureId, owner: Owner | undefined): Promise<Entry> {
    if (owner === undefined) {
      const found = searching.then(() => searchOwner(kind, id));
      searching = found.catch(() => undefined);
      return (await found) ?? missing();
    }
    return (await catalog.find(await resolve(owner), kind, id)) ?? missing();
  }

  async function act(action: 'trash' | 'restore', kind: Kind, id: PictureId, named: Owner | undefined) {
    const { owner } = await entryOf(kind, id, named);
    await audit.record({ actor: 'admin', action, owner, detail: { kind, ids: [id] } });
    return trash[action](owner, kind, id);
  }

  return {
    async list({ include, ...asked }) {
      const query = { ...asked, owner: await resolve(asked.owner) };
      if (include === 'all') return mergedPage(catalog, query);
      return catalog.list({ ...query, status: include });
    },
    trash: (kind, id, owner) => act('trash', kind, id, owner),
    restore: (kind, id, owner) => act('restore', kind, id, owner),
  };
}

function tooMany(): KirokuError {
  return new KirokuError(
    'owner_required',
    `user_id: with more than ${MOST_SEARCHED} users, say whose it is.`,
    {
      details: { field: 'user_id' },
    },
  );
}

function missing(): never {
  throw notFound();
}
