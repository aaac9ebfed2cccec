import { ApiProblem, problemOf } from '../api/problem.ts';

/** How far a long piece of work is. `total` is absent while nobody knows. */
export interface Far {
  readonly done: number;
  readonly total?: number;
}

/** What long work is asked with so that it tells how far it is. It ends with the connection. */
export function following(signal: AbortSignal): { headers: Record<string, string>; init: RequestInit } {
  return { headers: { Accept: 'application/x-ndjson' }, init: { signal } };
}

interface Line<T> {
  readonly done?: number;
  readonly total?: number;
  readonly result?: T;
  readonly error?: Readonly<Record<string, unknown>>;
}

/**
 * Reads the lines of a long piece of work to its result.
 * @throws ApiProblem for a refusal, also one in the middle, and where the connection ends too early
 */
export async function followWork<T>(call: Promise<Response>, onFar: (far: Far) => void): Promise<T> {
  const answer = await call.catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiProblem('unreachable', 0, 'The server cannot be reached.', { cause: error });
  });
  if (!answer.ok || answer.body === null) throw await problemOf(answer);
  for await (const text of linesOf(answer.body)) {
    // the server's own line: its tests hold its form
    const line = JSON.parse(text) as Line<T>;
    if (line.result !== undefined) return line.result;
    if (line.error !== undefined)
      throw await problemOf(new Response(JSON.stringify(line.error), { status: 500 }));
    if (line.done !== undefined) {
      onFar({ done: line.done, ...(line.total === undefined ? {} : { total: line.total }) });
    }
  }
  throw new ApiProblem('unreachable', 0, 'The connection ended before the work did.');
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    rest += decoder.decode(value, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield line;
  }
  if (rest !== '') yield rest;
}
