import { type Command, EXIT, ownerOf, UsageError } from '../lib/cli.ts';
import { onUpkeep, userId } from '../lib/upkeep.ts';

export const reindex: Command = {
  name: 'reindex',
  synopsis: '[--owner ID] [--names | --full] [--afresh]',
  summary: 'Brings catalog and disk into agreement: what came, what went, what was edited.',
  details: `  Looks at every day folder in which something changed since the last such pass. Originals without a record
  are adopted or told of, records without an original are taken out; the findings are in .kiroku/state/findings.jsonl.
  --names      quick: only names that came or went, no edits
  --full       make the manifests again from nothing but the sidecars
  --afresh     look at every folder, whatever an earlier pass found
  --owner ID   this owner only
`,
  options: {
    owner: { type: 'string' },
    names: { type: 'boolean' },
    full: { type: 'boolean' },
    afresh: { type: 'boolean' },
  },
  async run(context) {
    const { values, signal } = context;
    const of = ownerOf(values);
    const afresh = values['afresh'] === true;
    if (values['full'] === true && values['names'] === true)
      throw new UsageError('--full and --names exclude each other.');
    if (context.dryRun)
      throw new UsageError('--dry-run: reindex has none; `kiroku verify` says what differs.');
    const depth = values['full'] === true ? 'sidecars' : values['names'] === true ? 'names' : 'changes';
    const began = performance.now();
    const report = await onUpkeep(context, {
      local: async ({ maintenance }) => ({
        ...(await maintenance.reindex({ ...of, depth, afresh }, signal)),
      }),
      remote: (server) => server.work('/api/v1/admin/reindex', { ...userId(of), depth, afresh }),
    });
    const result = { depth, ...report, ms: Math.round(performance.now() - began) };
    const { folders, adopted, corrected, waiting, rebuilt, failed } = report;
    const looked = `${folders} folders, ${adopted} adopted, ${corrected} corrected, ${waiting} waiting`;
    context.print(
      result,
      `${depth === 'sidecars' ? `${rebuilt} manifests made again, ${failed} failed` : looked}\n`,
    );
    return failed === 0 ? EXIT.done : EXIT.found;
  },
};
