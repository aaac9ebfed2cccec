import { isJsonObject, type JsonObject } from '../../src/domain/json.ts';
import { type Command, EXIT, UsageError } from '../lib/cli.ts';
import { onTree } from '../lib/tree.ts';

/** As in the table; JSON and CSV have more. */
const SHOWN = [
  'user_id',
  'state',
  'used',
  'count',
  'bytes',
  'thumb_bytes',
  'trash_count',
  'trash_bytes',
  'policy',
];

export const quotaReport: Command = {
  name: 'quota-report',
  synopsis: '[--csv]',
  summary: 'What each owner has and may have, the nearest to a limit first. A table, CSV or JSON.',
  details: '  --csv        comma-separated values (RFC 4180), every column\n',
  options: { csv: { type: 'boolean' } },
  async run(context) {
    const { config, log, signal, values } = context;
    if (values['csv'] === true && values['json'] === true)
      throw new UsageError('--csv and --json exclude each other.');
    const result = await onTree<JsonObject>(context, {
      async local(engine) {
        const { createOverview } = await import('../../src/compose-overview.ts');
        const { quotaJson } = await import('../../src/services/quota-report.ts');
        const { report, recent, summaries } = createOverview(config, log, engine);
        try {
          return { users: (await report.rows(signal)).map(quotaJson) };
        } finally {
          recent.close();
          await summaries.close();
        }
      },
      remote: (server) => server.get('/api/v1/admin/quota-report'),
    });
    const rows = (Array.isArray(result['users']) ? result['users'] : []).filter(isJsonObject);
    context.print(result, values['csv'] === true ? csv(rows) : table(rows));
    return EXIT.done;
  },
};

/** Names of owners and our own words need no quotes, and none of them is a formula. */
function csv(rows: readonly JsonObject[]): string {
  const columns = Object.keys(rows[0] ?? Object.fromEntries(SHOWN.map((name) => [name, null])));
  const lines = rows.map((row) => columns.map((column) => String(row[column] ?? '')).join(','));
  return [columns.join(','), ...lines].map((line) => `${line}\r\n`).join('');
}

function table(rows: readonly JsonObject[]): string {
  const cells = [SHOWN, ...rows.map((row) => SHOWN.map((column) => String(row[column] ?? '-')))];
  const widths = SHOWN.map((_, i) => Math.max(...cells.map((line) => line[i]?.length ?? 0)));
  return cells
    .map(
      (line) =>
        `${line
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
