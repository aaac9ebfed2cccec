import type { Catalog, Entry, ListPage, ListQuery } from '../catalog/catalog.ts';
import { notFound } from '../domain/errors.ts';
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
   * @param owner looked for among all owners when absent: give it where it is known
   * @throws KirokuError `not_found`
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

export function createAdminPictures(deps: AdminPicturesDeps): AdminPictures {
  const { catalog, trash, audit, resolve, shutdown } = deps;
  /** One at a time: each may load every owner there is. */
  let searching: Promise<unknown> = Promise.resolve();

  async function searchOwner(kind: Kind, id: PictureId): Promise<Entry | undefined> {
    for await (const owner of catalog.owners()) {
      shutdown.throwIfAborted();
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

function missing(): never {
  throw notFound();
}
