import { randomBytes } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../../src/domain/json.ts';
import { isOwner, type Owner } from '../../src/domain/owner.ts';
import { audited } from '../lib/audited.ts';
import { type Command, EXIT, UsageError } from '../lib/cli.ts';
import { onTree } from '../lib/tree.ts';

export const transfer: Command = {
  name: 'transfer',
  synopsis: 'FROM TO',
  summary: 'Gives all pictures, links and saved searches of one owner to another. --dry-run counts them.',
  details: `  From its first step on whoever acts as FROM acts as TO, for good. Killed anywhere it is finished by the
  same command, or by the server's next start.
`,
  options: {},
  words: 2,
  async run(context) {
    const { config, log, signal, dryRun, words } = context;
    const [from, to] = [ownerIn(words, 0), ownerIn(words, 1)];
    const result = await onTree<JsonObject>(context, {
      async local(engine) {
        const { createGiving } = await import('../../src/compose-ownership.ts');
        const { createIdSource } = await import('../../src/services/ids.ts');
        // no link is made or opened here, so any key will do
        const keys = [randomBytes(32).toString('hex')];
        const { ownership } = createGiving({ config, log, engine, ids: createIdSource(randomBytes), keys });
        const plan = await ownership.plan(from, to);
        if (dryRun) return { ...plan, over: { ...plan.over } };
        await audited(engine, 'transfer', from, { to: plan.to, count: plan.count });
        const progress = (done: number): void => context.progress.tell(done, plan.count);
        const result = await ownership.transfer(from, to, signal, progress);
        return { ...result, over: { ...result.over } };
      },
      remote: (server) => server.work(`/api/v1/admin/users/${from}/transfer`, { to, dry_run: dryRun }),
    });
    context.print(result, dryRun ? planText(result) : doneText(result));
    return result['left'] === undefined || result['left'] === 0 ? EXIT.done : EXIT.found;
  },
};

function ownerIn(words: readonly string[], at: number): Owner {
  const word = words[at] ?? '';
  if (isOwner(word)) return word;
  throw new UsageError(word === '' ? 'FROM and TO: two owners are needed.' : `"${word}" is no owner.`);
}

function planText({ from, to, count, over }: JsonObject): string {
  return `${count} pictures of ${from} would go to ${to}${overText(over)}\n`;
}

/** Stops no transfer, but what comes after it. */
function overText(over: JsonObject[string] | undefined): string {
  if (!isJsonObject(over) || (over['count'] === 0 && over['bytes'] === 0)) return '';
  return `, who is above the quota then: by ${over['count']} pictures and ${over['bytes']} bytes`;
}

function doneText({ from, to, moved, bytes, left, searches, shares, over }: JsonObject): string {
  return `${from} is ${to} now: ${moved} pictures, ${bytes} bytes, ${searches} saved searches, ${shares} links; ${left} pictures left${overText(over)}\n`;
}
