import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import pino, { type Logger } from 'pino';
import { type Config, loadConfig } from '../../src/config.ts';
import { isKirokuError, KirokuError } from '../../src/domain/errors.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { isOwner, type Owner } from '../../src/domain/owner.ts';
import { createProgress, type Progress } from './progress.ts';

/** Exit codes of every command (docs/operations.md). */
export const EXIT = {
  done: 0,
  /** It ran, and found something, or was refused for what it would have done. */
  found: 1,
  /** It was not called as it must be. */
  usage: 2,
  /** The tree, the server or the disk did not let it. */
  cannot: 3,
} as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** One operator command: flags → one service → what is printed. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Behind the name, such as `[--owner ID]`. */
  readonly synopsis: string;
  /** What its own flags and words mean, a line each. */
  readonly details: string;
  readonly options: ParseArgsOptionsConfig;
  /** Words that are no flags, at most. */
  readonly words?: number;
  run(context: Context): Promise<Exit>;
}

export type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

/** What a command works with. */
export interface Context {
  readonly config: Config;
  readonly values: Values;
  readonly words: readonly string[];
  readonly dryRun: boolean;
  /** On standard error: standard output is the command's own. */
  readonly log: Logger;
  readonly progress: Progress;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** The result: one line of JSON with `--json`, else the text. */
  print(result: JsonObject, text: string): void;
}

/** The command was not called as it must be. */
export class UsageError extends Error {}

/** Flags that every command takes. */
const COMMON: ParseArgsOptionsConfig = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
};
const COMMON_DETAILS = `  --dry-run    say what would be done, and do nothing
  --json       the result as one line of JSON
  --help       this
`;

/** How a command is called. */
export function usageOf({ name, synopsis, summary, details }: Command): string {
  return `kiroku ${name} ${synopsis}\n\n${summary}\n\n${details}${COMMON_DETAILS}`;
}

/** Runs a command with these arguments. Never throws what an operator can do something about; that is told. */
export async function runCommand(command: Command, args: readonly string[]): Promise<Exit> {
  try {
    const { values, positionals } = parsed(command, args);
    if (values['help'] === true) {
      process.stdout.write(usageOf(command));
      return EXIT.done;
    }
    return await runParsed(command, values, positionals);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${usageOf(command)}`);
    return EXIT.usage;
  }
}

function parsed({ options, words = 0 }: Command, args: readonly string[]) {
  try {
    const found = parseArgs({
      args: [...args],
      options: { ...COMMON, ...options },
      allowPositionals: words > 0,
    });
    if (found.positionals.length > words)
      throw new UsageError(`Too many words: ${found.positionals.join(' ')}.`);
    return found;
  } catch (error) {
    // parseArgs names the flag, and says what is wrong with it
    throw error instanceof Error ? new UsageError(error.message) : error;
  }
}

async function runParsed(command: Command, values: Values, words: readonly string[]): Promise<Exit> {
  const config = readConfig();
  if (config === undefined) return EXIT.usage;
  const log = pino({ level: config.logLevel, base: null }, pino.destination({ dest: 2, sync: true }));
  const stopping = new AbortController();
  const stop = (signal: NodeJS.Signals): void => stopping.abort(signal);
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const progress = createProgress(process.stderr, command.name);
  const print = (result: JsonObject, text: string): void => {
    progress.end();
    process.stdout.write(values['json'] === true ? `${JSON.stringify(result)}\n` : text);
  };
  try {
    const dryRun = values['dry-run'] === true;
    return await command.run({
      config,
      values,
      words,
      dryRun,
      log,
      progress,
      signal: stopping.signal,
      print,
    });
  } catch (error) {
    progress.end();
    if (!(error instanceof KirokuError)) throw error;
    log.debug({ code: error.code, err: error.cause }, error.message);
    process.stderr.write(`${error.message}\n`);
    return exitOf(error);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

function exitOf(error: KirokuError): Exit {
  if (['invalid_parameter', 'not_found'].some((code) => code === error.code)) return EXIT.usage;
  if (isKirokuError(error, 'aborted') || isKirokuError(error, 'purge_refused')) return EXIT.found;
  return EXIT.cannot;
}

/** The server's own settings, from the environment and `.env`. Undefined, and said why, when they are wrong. */
function readConfig(): Config | undefined {
  if (existsSync('.env')) loadEnvFile('.env');
  const loaded = loadConfig(process.env);
  if (loaded.ok) return loaded.config;
  const lines = loaded.problems.map((problem) => `  - ${problem}`).join('\n');
  process.stderr.write(`The settings are not right:\n${lines}\nSee docs/operations.md.\n`);
  return undefined;
}

/** A flag's text; undefined when it was not given. */
export function textOf(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** The owner of `--owner`, if it was given. @throws UsageError */
export function ownerOf(values: Values): { readonly owner?: Owner } {
  const owner = textOf(values, 'owner');
  if (owner === undefined) return {};
  if (!isOwner(owner)) throw new UsageError(`--owner: "${owner}" is no owner.`);
  return { owner };
}
