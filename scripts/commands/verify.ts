import { isJsonObject, type JsonObject } from '../../src/domain/json.ts';
import { verifyJson } from '../../src/services/maintenance/maintenance.ts';
import { type Command, EXIT, ownerOf } from '../lib/cli.ts';
import { onUpkeep, userId } from '../lib/upkeep.ts';

export const verify: Command = {
  name: 'verify',
  synopsis: '[--owner ID]',
  summary: 'Reads every original again; sidecar, catalog and disk must agree. Reports, and changes nothing.',
  details: '  --owner ID   this owner only\n',
  options: { owner: { type: 'string' } },
  async run(context) {
    const of = ownerOf(context.values);
    const { signal, progress } = context;
    const result = await onUpkeep(context, {
      async local({ maintenance }) {
        let done = 0;
        const tell = (): void => {
          done += 1;
          progress.tell(done);
        };
        return verifyJson(await maintenance.verify({ ...of, signal, progress: tell }));
      },
      remote: (server) => server.work('/api/v1/admin/verify', userId(of)),
    });
    const found = Array.isArray(result['found']) ? result['found'] : [];
    context.print(result, textOf(result, found));
    return found.length === 0 ? EXIT.done : EXIT.found;
  },
};

function textOf({ pictures, bytes, more }: JsonObject, found: readonly unknown[]): string {
  const lines = found
    .filter(isJsonObject)
    .map(
      ({ damage, user_id, kind, id, byte }) =>
        `${damage}\t${user_id}\t${byte === undefined ? `${kind}\t${id}` : `byte ${byte}`}\n`,
    );
  const rest = more === 0 ? '' : `and ${more} more\n`;
  return `${lines.join('')}${rest}${pictures} pictures, ${bytes} bytes read, ${lines.length} damaged\n`;
}
