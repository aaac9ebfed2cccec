import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { createFirstThumbs, type FirstThumbsDeps } from '../../../src/http/first-thumbs.ts';
import { createItems } from '../../../src/http/item.ts';
import { asOwner } from '../../support/ids.ts';
import { RETENTION } from '../../support/services.ts';

const owner = asOwner('anna');

it.each<[string, FirstThumbsDeps['gallery']['list']]>([
  ['are still being looked up', () => new Promise(() => undefined)],
  ['cannot be looked up', () => Promise.reject(new Error('a broken disk'))],
])('an owner whose pictures %s does not hold the document up', async (_, list) => {
  const firstThumbs = createFirstThumbs({
    cookies: { find: () => ({ found: 'owner', owner, renew: false }) },
    gallery: { list },
    items: createItems('', RETENTION),
  });
  expect(await firstThumbs(new IncomingMessage(new Socket()))).toEqual([]);
});
