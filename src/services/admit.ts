import { KirokuError, volumeMissing } from '../domain/errors.ts';
import type { Space } from '../storage/storage.ts';

export interface AdmitDeps {
  readonly present: () => Promise<boolean>;
  readonly space: () => Promise<Space>;
  /** Bytes that stay free for what is not an upload: edits, the trash, the log. */
  readonly reserveBytes: number;
  readonly draining: () => boolean;
}

/** Whether new bytes may be taken in: asked before each upload, so that a refusal costs nothing. */
export function createAdmit(deps: AdmitDeps): () => Promise<void> {
  return async () => {
    if (deps.draining()) {
      throw new KirokuError('draining', 'The server is stopping.', { details: { retryAfter: 5 } });
    }
    if (!(await deps.present())) {
      throw volumeMissing();
    }
    if ((await deps.space()).freeBytes < deps.reserveBytes) {
      throw new KirokuError('disk_full', 'There is too little space left on the volume.');
    }
  };
}
