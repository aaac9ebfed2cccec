import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadEnvFile } from 'node:process';
import pino, { type Logger } from 'pino';
import { compose, type Server } from './compose.ts';
import { type Config, loadConfig } from './config.ts';
import { KirokuError } from './domain/errors.ts';

/** Time for running requests when the server is told to stop, ms; what a container gives before it kills is 10 s. */
const GRACE_MS = 8_000;
/** Past this a stop is an abort, ms. */
const HARD_STOP_MS = 10_000;
/** One Ctrl-C arrives from the terminal and again through npm: within this time it is the same one, ms. */
const SAME_SIGNAL_MS = 250;
const ENV_FILE = '.env';

/** The operator made a mistake, or the machine is not as it must be: no stack is wanted. */
const EXIT_REFUSED = 2;
const EXIT_FAILED = 1;

function readConfig(): { config: Config; warnings: readonly string[] } {
  // variables that are set already win
  if (existsSync(ENV_FILE)) loadEnvFile(ENV_FILE);
  const loaded = loadConfig(process.env);
  if (loaded.ok) return loaded;
  const lines = loaded.problems.map((problem) => `  - ${problem}`).join('\n');
  process.stderr.write(`The settings are not right:\n${lines}\nSee docs/operations.md.\n`);
  process.exit(EXIT_REFUSED);
}

function createLog(config: Config): Logger {
  return pino({ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime });
}

/** An error nobody caught: the state is unknown, so the process ends; what is durable stays so (docs/security.md, O8). */
function dieOnUnhandled(log: Logger): void {
  const die = (error: unknown): void => {
    log.fatal({ err: error }, 'an error was not handled: the server stops');
    process.exit(EXIT_FAILED);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
}

function stopOnSignal(server: Server, log: Logger): void {
  let stoppingSince: number | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince < SAME_SIGNAL_MS) return;
      log.warn({ signal }, 'stopping at once');
      process.exit(EXIT_FAILED);
    }
    stoppingSince = performance.now();
    log.info({ signal }, 'stopping: running requests are finished first');
    setTimeout(() => {
      log.error({}, 'the stop took too long: stopping at once');
      process.exit(EXIT_FAILED);
    }, HARD_STOP_MS).unref();
    server.close(GRACE_MS).then(
      () => {
        log.info({}, 'stopped');
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, 'the stop was not clean; the next start settles it');
        process.exit(EXIT_FAILED);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function tell(server: Server, config: Config, url: string, log: Logger): void {
  const outputs = resolve(config.outputDir);
  log.info({ url: config.publicUrl?.href ?? url, outputs }, `Kiroku is listening on ${url}`);
  const { fromFile } = server.secrets;
  if (fromFile.length > 0) {
    const where = resolve(outputs, '.kiroku/secrets.json');
    const names = fromFile.map(({ setting, member }) => `${setting} (as ${member})`);
    const settings = fromFile.map(({ setting }) => setting);
    log.info({ settings, where }, `not set, so generated: ${names.join(', ')}; they are in ${where}`);
  }
  if (server.engine.tree.adopted && config.legacyCookiesUntil === undefined) {
    log.info({}, 'browsers of the earlier system keep their pictures when LEGACY_COOKIES is set to a day');
  }
}

async function main(): Promise<void> {
  const { config, warnings } = readConfig();
  const log = createLog(config);
  dieOnUnhandled(log);
  for (const warning of warnings) log.warn({}, warning);
  try {
    const server = await compose(config, { log });
    stopOnSignal(server, log);
    tell(server, config, await server.listen(), log);
  } catch (error) {
    if (!(error instanceof KirokuError)) throw error;
    log.fatal({ code: error.code, err: error.cause }, error.message);
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT_REFUSED);
  }
}

await main();
