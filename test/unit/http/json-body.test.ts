import { once } from 'node:events';
import { connect } from 'node:net';
import { z } from '@hono/zod-openapi';
import { expect, it } from 'vitest';
import { readJson } from '../../../src/http/json-body.ts';
import { respondJson } from '../../../src/http/respond.ts';
import { servePart } from '../../support/http-part.ts';
import { asOwner } from '../../support/ids.ts';
import { failureOf } from '../../support/services.ts';

const HEAD =
  'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n';

it('a body whose sender left before anybody read it is given up, not waited for', async () => {
  const asked = Promise.withResolvers<void>();
  const failed = Promise.withResolvers<unknown>();
  const url = await servePart(asOwner('anna'), async (c, call) => {
    const left = once(c.env.outgoing, 'close');
    asked.resolve();
    // who calls is being found out meanwhile
    await left;
    failed.resolve(await failureOf(readJson(c.env.incoming, z.unknown())));
    return respondJson(call, 200, {});
  });
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`${HEAD}{"half":`);
  await asked.promise;
  socket.destroy();
  expect(await failed.promise).toMatchObject({ code: 'aborted' });
});
