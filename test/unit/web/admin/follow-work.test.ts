import { describe, expect, it } from 'vitest';
import { type Far, followWork } from '../../../../web/src/admin/follow-work.ts';

/** An answer whose bytes come in these pieces. */
function answer(...pieces: readonly (string | Uint8Array)[]): Promise<Response> {
  const bytes = pieces.map((piece) => (typeof piece === 'string' ? new TextEncoder().encode(piece) : piece));
  return Promise.resolve(new Response(ReadableStream.from(bytes)));
}

async function follow(call: Promise<Response>) {
  const told: Far[] = [];
  const result = await followWork<unknown>(call, (far) => told.push(far));
  return { told, result };
}

describe('followed work', () => {
  it('tells how far it is, and gives the result', async () => {
    expect(await follow(answer('{"done":1}\n{"done":2,"total":9}\n', '{"result":{"made":9}}\n'))).toEqual({
      told: [{ done: 1 }, { done: 2, total: 9 }],
      result: { made: 9 },
    });
  });

  it('reads lines however the bytes are cut, also within a letter', async () => {
    const bytes = new TextEncoder().encode('{"done":3}\n{"result":"그림"}');
    const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(await follow(answer(...pieces))).toEqual({ told: [{ done: 3 }], result: '그림' });
  });

  it('fails as the work fails in the middle', async () => {
    const call = answer('{"done":1}\n{"error":{"code":"purge_refused","status":409,"detail":"no"}}\n');
    await expect(follow(call)).rejects.toMatchObject({ code: 'purge_refused', message: 'no' });
  });

  it('fails as a refusal before the first line', async () => {
    const call = Promise.resolve(
      new Response(JSON.stringify({ code: 'job_running', detail: 'It runs.' }), { status: 409 }),
    );
    await expect(follow(call)).rejects.toMatchObject({ code: 'job_running', status: 409 });
  });

  it('fails when the connection ends too early, or there is none', async () => {
    await expect(follow(answer('{"done":1}\n'))).rejects.toMatchObject({ code: 'unreachable' });
    const none = Promise.reject(new TypeError('Failed to fetch'));
    await expect(follow(none)).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('stops by its own word', async () => {
    const stopped = Promise.reject(new DOMException('stopped', 'AbortError'));
    await expect(follow(stopped)).rejects.toMatchObject({ name: 'AbortError' });
  });
});
