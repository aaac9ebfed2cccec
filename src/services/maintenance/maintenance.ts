import type { PictureId } from '../../domain/id.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Owner } from '../../domain/owner.ts';
import type { Exclusive } from './exclusive.ts';
import type { Reindex, ReindexReport, ReindexRequest } from './reindex.ts';
import type { RestoreReport } from './restore.ts';
import type { Thumbnails, ThumbnailsReport, ThumbnailsRequest } from './thumbnails.ts';
import type { Verify, VerifyReport, VerifyRequest } from './verify.ts';
import { type Why, whyJson } from './why.ts';

/** What an operator has done to a tree, by a command or through the server; one of each name at a time. */
export interface Maintenance {
  /** @throws KirokuError `job_running`, as `Verify` */
  verify(request: VerifyRequest): Promise<VerifyReport>;
  /** @throws KirokuError `job_running`, as `Thumbnails` */
  thumbnails(request: ThumbnailsRequest): Promise<ThumbnailsReport>;
  /** @throws KirokuError `job_running`, as `Reindex` */
  reindex(request: ReindexRequest, signal: AbortSignal): Promise<ReindexReport>;
  /** What a reindex set aside goes back. @throws KirokuError `job_running`, as `Reindex` */
  release(request: ReleaseRequest, signal: AbortSignal): Promise<ReindexReport>;
  /** Undefined when nobody has it. */
  why(id: PictureId, owner: Owner | undefined): Promise<JsonObject | undefined>;
}

export type ReleaseRequest = Parameters<Reindex['release']>[0];

export interface MaintenanceDeps {
  readonly exclusive: Exclusive;
  readonly verify: Verify;
  readonly thumbnails: Thumbnails;
  readonly reindex: Reindex;
  readonly why: Why;
}

export function createMaintenance({ exclusive, ...services }: MaintenanceDeps): Maintenance {
  return {
    verify: (request) => exclusive.run('verify', () => services.verify.run(request)),
    thumbnails: (request) => exclusive.run('thumbnails', () => services.thumbnails.run(request)),
    reindex: (request, signal) => exclusive.run('reindex', () => services.reindex.run(request, signal)),
    release: (request, signal) => exclusive.run('reindex', () => services.reindex.release(request, signal)),
    async why(id, owner) {
      const report = await services.why.ask(id, owner);
      return report === undefined ? undefined : whyJson(report);
    },
  };
}

/** The same of a reindex. @param dryRun said in it */
export function reindexJson({ found, ...sums }: ReindexReport, dryRun: boolean): JsonObject {
  return { ...sums, dry_run: dryRun, found: found.map((one) => ({ ...one })) };
}

/** The same of a restore. */
export function restoreJson({ found, ...sums }: RestoreReport): JsonObject {
  const told = found.map(({ owner, kind, day, id, trouble }) => {
    return { user_id: owner, kind: kind ?? null, day: day ?? null, id: id ?? null, trouble };
  });
  return { ...sums, found: told };
}

/** A report as JSON, for the wire and for `--json`. */
export function verifyJson({ pictures, bytes, found, manifests, more, next }: VerifyReport): JsonObject {
  const damaged = found.map(({ owner, kind, id, damage }) => ({ user_id: owner, kind, id, damage }));
  const line = { kind: null, id: null, damage: 'manifest_damaged' };
  const lines = manifests.map(({ owner, byte }) => ({ user_id: owner, ...line, byte }));
  return { pictures, bytes, found: [...damaged, ...lines], more, next: next ?? null };
}
