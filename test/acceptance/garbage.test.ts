import { describe, expect, it } from 'vitest';
import part from '../../scripts/dev/proof/raw.ts';
import { runRaw } from './garbage.ts';
import { exchange } from './raw-socket.ts';
import { useServer } from './wire.ts';

const CYCLES = part.sizes.ci;
const server = useServer();

describe('bytes that are no request (O2)', () => {
  it('odd ones that are known are answered by hand', async () => {
    const table: [string, readonly number[]][] = [
      ['GET / HTTP/1.1\r\n\r\n', [400]],
      ['GET / HTTP/1.1\r\nHost:\r\n\r\n', [200, 400]],
      ['GET / HTTP/1.1\r\nHost: a b\r\n\r\n', [200, 400]],
      ['GET / HTTP/1.1\r\nHost: [::1\r\n\r\n', [200, 400]],
      ['GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', [200, 400]],
      ['GET /\r\n\r\n', [200, 400]],
      ['GET // HTTP/1.1\r\nHost: a\r\n\r\n', [400, 404]],
      ['GET http:// HTTP/1.1\r\nHost: a\r\n\r\n', [200, 400, 404]],
      ['GET /%ff%00 HTTP/1.1\r\nHost: a\r\n\r\n', [400, 404]],
      ['FOO / HTTP/1.1\r\nHost: a\r\n\r\n', [400]],
      [`GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, [431]],
      [`GET / HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, [431]],
      ['GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n', [400]],
      ['GET / HTTP/1.1\r\nHost: a\r\n folded: y\r\n\r\n', [400]],
      ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', [400]],
      ['POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\nab', [400]],
      ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', [400]],
      ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400]],
    ];
    for (const [bytes, statuses] of table) {
      const answer = await exchange(server.url, Buffer.from(bytes, 'latin1'));
      expect(statuses, JSON.stringify(bytes.slice(0, 60))).toContain(answer?.status);
      expect(answer?.body.toString('latin1') ?? '').not.toMatch(/node_modules|at .*\.ts:/);
    }
  });

  it(`${CYCLES} mutated requests: never a failure of ours, never a wait without end`, {
    timeout: 180_000,
  }, async () => {
    const seed = Number(process.env['KIROKU_SEED'] ?? Date.now() % 2 ** 31);
    console.log(`raw: seed ${seed}`);
    // how long a busy machine takes decides nothing here; the command holds every answer to five seconds
    const { breaches, figures } = await runRaw({
      cycles: CYCLES,
      seed,
      say: console.log,
      patienceMs: 60_000,
    });
    expect(breaches).toEqual([]);
    expect(Number(figures.find(({ name }) => name === '4xx')?.value)).toBeGreaterThan(CYCLES / 10);
  });
});
