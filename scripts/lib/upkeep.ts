import type { Engine } from '../../src/compose-engine.ts';
import type { Upkeep } from '../../src/compose-maintenance.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Context } from './cli.ts';
import type { ServerClient } from './server-client.ts';
import { onTree } from './tree.ts';

export interface UpkeepWays {
  local(upkeep: Upkeep, engine: Engine): Promise<JsonObject>;
  remote(server: ServerClient): Promise<JsonObject>;
}

/** `onTree` with the services that keep a tree in order. @throws KirokuError as `onTree` */
export function onUpkeep(context: Context, ways: UpkeepWays): Promise<JsonObject> {
  const { config, log, signal } = context;
  return onTree(context, {
    remote: ways.remote,
    async local(engine) {
      const { createIntake } = await import('../../src/compose-reconcile.ts');
      const { createUpkeepAlone } = await import('../../src/compose-maintenance.ts');
      const intake = createIntake(config, log, engine, signal);
      try {
        return await ways.local(await createUpkeepAlone({ config, log, engine, intake }), engine);
      } finally {
        await intake.decoder.close();
      }
    },
  });
}

/** The owner as the admin API names it. */
export function userId({ owner }: { readonly owner?: string }): JsonObject {
  return owner === undefined ? {} : { user_id: owner };
}
