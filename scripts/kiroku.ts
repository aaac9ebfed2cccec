// `npx kiroku COMMAND`: every operator command, one file each in scripts/commands/.
import { backup } from './commands/backup.ts';
import { erase } from './commands/erase.ts';
import { exportOwner } from './commands/export.ts';
import { purgeTrash } from './commands/purge-trash.ts';
import { quotaReport } from './commands/quota-report.ts';
import { reindex } from './commands/reindex.ts';
import { restore } from './commands/restore.ts';
import { thumbnails } from './commands/thumbnails.ts';
import { transfer } from './commands/transfer.ts';
import { verify } from './commands/verify.ts';
import { why } from './commands/why.ts';
import { type Command, EXIT, type Exit, runCommand } from './lib/cli.ts';

const COMMANDS: readonly Command[] = [
  backup,
  erase,
  exportOwner,
  purgeTrash,
  quotaReport,
  reindex,
  restore,
  thumbnails,
  transfer,
  verify,
  why,
];

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  const lines = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}\n`);
  return `kiroku COMMAND [flags]\n\n${lines.join('')}\nkiroku COMMAND --help tells a command's flags.\n`;
}

async function main([name, ...args]: readonly string[]): Promise<Exit> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(overview());
    return EXIT.done;
  }
  const command = COMMANDS.find((one) => one.name === name);
  if (command !== undefined) return runCommand(command, args);
  process.stderr.write(`There is no command "${name}".\n\n${overview()}`);
  return EXIT.usage;
}

process.exitCode = await main(process.argv.slice(2));
