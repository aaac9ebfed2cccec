// `npm run reindex [-- --owner ID] [--names | --full] [--afresh]`: brings the index and the tree into agreement.
import { parseArgs } from 'node:util';
import { createIntake } from '../src/compose-reconcile.ts';
import { isOwner, type Owner } from '../src/domain/owner.ts';
import { createReindex, type ReindexReport } from '../src/services/maintenance/reindex.ts';
import { EXIT, type Operator, operate, refuse } from './lib/operator.ts';

const USAGE = `npm run reindex [-- --owner ID] [--names | --full] [--afresh]

Looks at every day folder in which something changed since the last such pass, and brings catalog and disk into
agreement. Stop the server first. Prints what was done as one line of JSON.

--names     quick: only names that came or went, no edits
--full      make the manifests again from nothing but the sidecars
--afresh    look at every folder, whatever an earlier pass found
--owner ID  this owner only
`;

const { values } = parseArgs({
  options: {
    owner: { type: 'string' },
    names: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    afresh: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function ownerGiven(): { readonly owner?: Owner } {
  if (values.owner === undefined) return {};
  return isOwner(values.owner)
    ? { owner: values.owner }
    : refuse(`--owner: "${values.owner}" is no owner.`, USAGE);
}

async function reindex({ config, engine, log, signal }: Operator): Promise<number> {
  const { decoder, reconcile } = createIntake(config, log, engine, signal);
  try {
    const { storage, catalog, rebuild } = engine;
    const depth = values.full ? 'sidecars' : values.names ? 'names' : 'changes';
    const request = { depth, afresh: values.afresh, ...ownerGiven() } as const;
    const began = performance.now();
    const report: ReindexReport = await createReindex({ storage, catalog, reconcile, rebuild, log }).run(
      request,
      signal,
    );
    const ms = Math.round(performance.now() - began);
    process.stdout.write(`${JSON.stringify({ depth, ...report, ms })}\n`);
    return report.failed === 0 ? EXIT.done : EXIT.failed;
  } finally {
    await decoder.close();
  }
}

if (values.help) process.stdout.write(USAGE);
else {
  if (values.full && values.names) refuse('--full and --names exclude each other.', USAGE);
  ownerGiven();
  await operate(reindex);
}
