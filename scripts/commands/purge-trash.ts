import { isJsonObject, type JsonObject } from '../../src/domain/json.ts';
import type { PurgeRequest } from '../../src/services/purge.ts';
import { audited } from '../lib/audited.ts';
import { type Command, EXIT, ownerOf, textOf, UsageError, type Values } from '../lib/cli.ts';
import { onUpkeep, userId } from '../lib/upkeep.ts';

export const purgeTrash: Command = {
  name: 'purge-trash',
  synopsis: '[--owner ID] [--older-than-days N] [--confirm]',
  summary: 'Removes for good what has been in the trash for its time. --dry-run shows what would go.',
  details: `  --older-than-days N  everything trashed at least N days ago, instead of the retention; above 0
  --confirm            in spite of what speaks against it (too large a share, a clock that jumped)
  --owner ID           this owner only
`,
  options: {
    owner: { type: 'string' },
    'older-than-days': { type: 'string' },
    confirm: { type: 'boolean' },
  },
  async run(context) {
    const { signal, dryRun } = context;
    const request: PurgeRequest = { ...ownerOf(context.values), ...daysOf(context.values) };
    const confirmed = context.values['confirm'] === true;
    const result = await onUpkeep(context, {
      async local({ purge }, engine) {
        const plan = await purge.plan(request, signal);
        const { count, bytes, referenced, total, objections } = plan;
        const owners = plan.owners.map(({ owner, ...sums }) => ({ user_id: owner, ...sums }));
        if (dryRun) return { count, bytes, owners, referenced, total, objections };
        await audited(engine, 'purge-trash', plan.owner, { count, bytes, objections, confirmed });
        const progress = (done: number): void => context.progress.tell(done, count);
        return { ...(await purge.apply(plan, { signal, confirmed, progress })) };
      },
      remote: (server) =>
        server.work('/api/v1/admin/purge-trash', {
          ...userId(request),
          ...(request.olderThanDays === undefined ? {} : { older_than_days: request.olderThanDays }),
          dry_run: dryRun,
          confirm: confirmed,
        }),
    });
    context.print(result, dryRun ? planText(result) : doneText(result));
    return result['failed'] === undefined || result['failed'] === 0 ? EXIT.done : EXIT.found;
  },
};

function daysOf(values: Values): { olderThanDays?: number } {
  const text = textOf(values, 'older-than-days');
  if (text === undefined) return {};
  const days = Number(text);
  if (!/^\d{1,6}(?:\.\d{1,6})?$/.test(text) || days <= 0)
    throw new UsageError('--older-than-days: must be a number of days above 0.');
  return { olderThanDays: days };
}

function planText({ count, bytes, owners, referenced, objections }: JsonObject): string {
  const lines = (Array.isArray(owners) ? owners : [])
    .filter(isJsonObject)
    .map(({ user_id, count, bytes }) => `${user_id}\t${count}\t${bytes}\n`);
  const against = (Array.isArray(objections) ? objections : []).map((why) => `against it: ${String(why)}\n`);
  const head = `${count} pictures, ${bytes} bytes would go; ${referenced} of them are used by another picture\n`;
  return `${lines.join('')}${against.join('')}${head}`;
}

function doneText({ deleted, bytes, skipped, failed }: JsonObject): string {
  return `${deleted} pictures, ${bytes} bytes removed; ${skipped} skipped, ${failed} failed\n`;
}
