import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import pino, { type Logger } from 'pino';
import { type Engine, openEngine } from '../../src/compose-engine.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { KirokuError } from '../../src/domain/errors.ts';

/** What an operator's command works with: the tree is open, and nobody else's until the command ends. */
export interface Operator {
  readonly config: Config;
  readonly engine: Engine;
  /** On standard error: standard output is the command's own. */
  readonly log: Logger;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** Exit codes of every command, the same as the server's (docs/operations.md). */
export const EXIT = { done: 0, failed: 1, refused: 2 } as const;

/** Says why on standard error, and ends the process: the command was not called as it must be. */
export function refuse(message: string, usage: string): never {
  process.stderr.write(`${message}\n\n${usage}`);
  process.exit(EXIT.refused);
}

/**
 * Opens the tree as the server would, runs the command, and closes the tree again. Sets the exit code: what the command
 * answers, or 2 when the tree is refused (a server runs on it, the volume is not there, settings are wrong).
 */
export async function operate(command: (operator: Operator) => Promise<number>): Promise<void> {
  const config = readConfig();
  if (config === undefined) return;
  const log = pino({ level: config.logLevel, base: null }, pino.destination({ dest: 2, sync: true }));
  const stopping = new AbortController();
  const stop = (signal: NodeJS.Signals): void => stopping.abort(signal);
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  try {
    const engine = await openEngine(config, { log });
    try {
      process.exitCode = await command({ config, engine, log, signal: stopping.signal });
    } finally {
      await engine.close();
    }
  } catch (error) {
    if (!(error instanceof KirokuError)) throw error;
    log.error({ code: error.code, err: error.cause }, error.message);
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.code === 'aborted' ? EXIT.failed : EXIT.refused;
  }
}

/** The server's own settings, from the environment and `.env`. Undefined, and the exit code set, when they are wrong. */
function readConfig(): Config | undefined {
  if (existsSync('.env')) loadEnvFile('.env');
  const loaded = loadConfig(process.env);
  if (loaded.ok) return loaded.config;
  const lines = loaded.problems.map((problem) => `  - ${problem}`).join('\n');
  process.stderr.write(`The settings are not right:\n${lines}\nSee docs/operations.md.\n`);
  process.exitCode = EXIT.refused;
  return undefined;
}
