import type { Config } from '../../src/config.ts';
import { ERROR_CODES, type ErrorCode, KirokuError } from '../../src/domain/errors.ts';
import { isJsonObject, type JsonObject } from '../../src/domain/json.ts';
import { LINES } from '../../src/http/work.ts';
import { createFsStateStore } from '../../src/state/fs-state-store.ts';
import type { StateStore } from '../../src/state/state-store.ts';
import { createFolderSync } from '../../src/storage/durable.ts';
import { createNodeStorage } from '../../src/storage/node-storage.ts';
import type { Context } from './cli.ts';

/** The running server's admin API. */
export interface ServerClient {
  /** @throws KirokuError with the server's own code */
  get(path: string): Promise<JsonObject>;
  /**
   * A long piece of work: tells how far it is, answers with its result. It ends, at its next batch, with this process.
   * @throws KirokuError with the server's own code
   */
  work(path: string, body: JsonObject): Promise<JsonObject>;
}

/**
 * The server that holds the tree: its address stands in `.kiroku/run.json`, its token in the settings or in
 * `.kiroku/secrets.json`.
 * @param locked what to say when there is none to be found
 * @throws KirokuError `tree_locked`
 */
export async function findServer(
  { config, progress, signal }: Context,
  locked: KirokuError,
): Promise<ServerClient> {
  const storage = createNodeStorage(config.outputDir);
  const state = createFsStateStore({ storage, folders: createFolderSync(storage) });
  const url = (await state.readDocument('run'))?.['url'];
  if (typeof url !== 'string') throw locked;
  const token = await tokenOf(config, state, locked);
  const address = callable(url);

  async function call(method: string, path: string, body?: JsonObject): Promise<Response> {
    const init: RequestInit = { method, signal, headers: { Authorization: `Bearer ${token}` } };
    if (body !== undefined) {
      init.headers = { ...init.headers, 'Content-Type': 'application/json', Accept: LINES };
      init.body = JSON.stringify(body);
    }
    let answer: Response;
    try {
      answer = await fetch(`${address}${path}`, init);
    } catch (cause) {
      if (signal.aborted) throw new KirokuError('aborted', 'Stopped.', { cause });
      throw new KirokuError('tree_locked', `${locked.message} It does not answer at ${address}.`, { cause });
    }
    if (!answer.ok) throw refusal(await objectIn(answer));
    return answer;
  }

  return {
    get: async (path) => objectIn(await call('GET', path)),
    async work(path, body) {
      const answer = await call('POST', path, body);
      for await (const line of linesOf(answer, signal)) {
        const { done, total, result, error } = line;
        if (isJsonObject(error)) throw refusal(error);
        if (isJsonObject(result)) return result;
        if (typeof done === 'number') progress.tell(done, typeof total === 'number' ? total : undefined);
      }
      throw new KirokuError('io_error', 'The server ended the work before its result.');
    },
  };
}

/** As the server has it: set in the environment or in `.env`, else generated. @throws KirokuError `not_configured` */
async function tokenOf(config: Config, state: StateStore, locked: KirokuError): Promise<string> {
  if (config.adminToken !== undefined) return config.adminToken;
  const secrets = await state.readDocument('secrets').catch((cause: unknown) => {
    throw withoutToken(locked, 'cannot be read by this user', cause);
  });
  const token = secrets?.['admin'];
  if (typeof token !== 'string') throw withoutToken(locked, 'has none');
  return token;
}

function withoutToken(locked: KirokuError, why: string, cause?: unknown): KirokuError {
  const needed = 'The command goes through it, and needs its ADMIN_TOKEN';
  return new KirokuError(
    'not_configured',
    `${locked.message} ${needed}: it is neither in the environment nor in .env, and .kiroku/secrets.json ${why}.`,
    { cause },
  );
}

async function objectIn(answer: Response): Promise<JsonObject> {
  const value: unknown = await answer.json().catch(() => undefined);
  if (isJsonObject(value)) return value;
  throw new KirokuError('io_error', `Something that is no Kiroku server answered (${answer.status}).`);
}

/** A server that listens everywhere listens here too. */
function callable(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}

/** The server's refusal, with its own code where this program knows it. */
function refusal({ code, detail }: JsonObject): KirokuError {
  const message = typeof detail === 'string' ? detail : 'The server refused.';
  const known: ErrorCode = ERROR_CODES.find((one) => one === code) ?? 'io_error';
  return new KirokuError(known, message);
}

async function* linesOf(answer: Response, signal: AbortSignal): AsyncGenerator<JsonObject> {
  if (answer.body === null) return;
  let rest = '';
  try {
    for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const value: unknown = JSON.parse(line);
        if (isJsonObject(value)) yield value;
      }
    }
  } catch (cause) {
    if (signal.aborted) throw new KirokuError('aborted', 'Stopped.', { cause });
    throw new KirokuError('io_error', 'The connection to the server broke.', { cause });
  }
}
