import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { silentLog } from '../../../src/domain/log.ts';
import { answerWork, LINES } from '../../../src/http/work.ts';
import { servePart } from '../../support/http-part.ts';
import { asOwner } from '../../support/ids.ts';

it('work whose caller left before it began ends at once', async () => {
  const asked = Promise.withResolvers<void>();
  const told = Promise.withResolvers<boolean>();
  const url = await servePart(asOwner('anna'), async (c, call) => {
    const left = once(c.env.outgoing, 'close');
    asked.resolve();
    // what is about to be done is written down meanwhile
    await left;
    const deps = { log: silentLog, shutdown: new AbortController().signal };
    return answerWork(c, call, deps, async ({ signal }) => {
      told.resolve(signal.aborted);
      return {};
    });
  });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: ${LINES}\r\nContent-Length: 0\r\n\r\n`);
  await asked.promise;
  socket.destroy();
  expect(await told.promise).toBe(true);
});
