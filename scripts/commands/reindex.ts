import { isJsonObject, type JsonObject } from '../../src/domain/json.ts';
import { reindexJson } from '../../src/services/maintenance/maintenance.ts';
import type { ReindexDepth } from '../../src/services/maintenance/reindex.ts';
import { audited } from '../lib/audited.ts';
import { type Command, EXIT, type Exit, ownerOf, UsageError, type Values } from '../lib/cli.ts';
import { onUpkeep, userId } from '../lib/upkeep.ts';

export const reindex: Command = {
  name: 'reindex',
  synopsis: '[--owner ID] [--names | --full] [--afresh] [--quarantine [--foreign] | --release]',
  summary: 'Brings catalog and disk into agreement: what came, what went, what was edited.',
  details: `  Looks at every day folder in which something changed since the last such pass. Originals without a record
  are adopted or told of, records without an original are taken out; the findings are in .kiroku/state/findings.jsonl.
  --names      quick: only names that came or went, no edits
  --full       make the manifests again from nothing but the sidecars
  --afresh     look at every folder, whatever an earlier pass found
  --quarantine move originals that have no record and cannot be adopted to .kiroku/quarantine
  --foreign    with it: also dropped files that no picture can be made of
  --release    move what is in quarantine back to where it came from; looks at nothing else
  --owner ID   this owner only
`,
  options: {
    owner: { type: 'string' },
    names: { type: 'boolean' },
    full: { type: 'boolean' },
    afresh: { type: 'boolean' },
    quarantine: { type: 'boolean' },
    foreign: { type: 'boolean' },
    release: { type: 'boolean' },
  },
  async run(context) {
    const { values, signal, dryRun } = context;
    const of = ownerOf(values);
    const { depth, afresh, quarantine, release } = askedOf(values);
    const progress = (done: number): void => context.progress.tell(done);
    const asked = quarantine === undefined ? {} : { quarantine };
    const began = performance.now();
    const report = await onUpkeep(context, {
      async local({ maintenance }, engine) {
        const detail = release ? { release } : { depth, afresh, ...asked };
        if (!dryRun) await audited(engine, 'reindex', of.owner, detail);
        const request = { ...of, dryRun, progress };
        const done = release
          ? maintenance.release(request, signal)
          : maintenance.reindex({ ...request, depth, afresh, ...asked }, signal);
        return reindexJson(await done, dryRun);
      },
      remote: (server) =>
        server.work('/api/v1/admin/reindex', {
          ...userId(of),
          dry_run: dryRun,
          ...(release ? { release } : { depth, afresh, ...asked }),
        }),
    });
    const ms = Math.round(performance.now() - began);
    const what = release ? 'release' : depth;
    context.print({ depth: release ? null : depth, ...report, ms }, textOf(report, what));
    return exitOf(report);
  },
};

interface Asked {
  readonly depth: ReindexDepth;
  readonly afresh: boolean;
  readonly quarantine: 'own' | 'all' | undefined;
  readonly release: boolean;
}

/** @throws UsageError */
function askedOf(values: Values): Asked {
  const given = (name: string): boolean => values[name] === true;
  const exclude = (one: string, ...others: readonly string[]): void => {
    const other = others.find(given);
    if (given(one) && other !== undefined)
      throw new UsageError(`--${one} and --${other} exclude each other.`);
  };
  exclude('full', 'names', 'quarantine');
  exclude('release', 'full', 'names', 'afresh', 'quarantine');
  if (given('foreign') && !given('quarantine')) throw new UsageError('--foreign goes with --quarantine.');
  return {
    depth: given('full') ? 'sidecars' : given('names') ? 'names' : 'changes',
    afresh: given('afresh'),
    quarantine: given('foreign') ? 'all' : given('quarantine') ? 'own' : undefined,
    release: given('release'),
  };
}

function foundIn({ found }: JsonObject): readonly JsonObject[] {
  return Array.isArray(found) ? found.filter(isJsonObject) : [];
}

/** A dry run that found something says so; a run has done what there was to be done. */
function exitOf(report: JsonObject): Exit {
  const left = report['dry_run'] === true ? foundIn(report).length : 0;
  return report['failed'] === 0 && left === 0 ? EXIT.done : EXIT.found;
}

function textOf(report: JsonObject, what: ReindexDepth | 'release'): string {
  const lines = foundIn(report).map(
    ({ finding, action, path, to }) =>
      `${action}\t${finding}\t${path}${typeof to === 'string' ? `\t${to}` : ''}\n`,
  );
  const { more } = report;
  if (more !== 0) lines.push(`and ${more} more\n`);
  const dryRun = report['dry_run'] === true;
  const sums = sumsOf(report, what === 'sidecars' && dryRun ? 'changes' : what);
  return `${lines.join('')}${dryRun ? 'Nothing was changed; it would be: ' : ''}${sums}\n`;
}

function sumsOf(report: JsonObject, what: ReindexDepth | 'release'): string {
  const { folders, adopted, corrected, waiting, rebuilt, failed, quarantined, released } = report;
  if (what === 'release') return `${released} files moved back`;
  if (what === 'sidecars') return `${rebuilt} manifests made again, ${failed} failed`;
  const done = `${folders} folders, ${adopted} adopted, ${corrected} corrected, ${waiting} waiting`;
  return `${done}, ${quarantined} set aside, ${failed} failed`;
}
