import type { Engine } from '../../src/compose-engine.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Owner } from '../../src/domain/owner.ts';
import { createAudit } from '../../src/services/audit.ts';

/**
 * Writes into the audit log what a command is about to do to the tree, as the server does for what comes through it.
 * Durable when it resolves. @throws KirokuError as the state store
 */
export async function audited(
  { state, storage }: Engine,
  action: string,
  owner: Owner | undefined,
  detail: JsonObject,
): Promise<void> {
  await createAudit({ state, now: () => storage.now() }).record({ actor: 'admin', action, owner, detail });
}
