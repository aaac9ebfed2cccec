import { expect, it } from 'vitest';
import { loggedPath } from '../../../src/http/logged-path.ts';

const SHARE = 's1.0123abcd.01kah000000000000000000000.';
const MAC = 'A-b_0'.repeat(9).slice(0, 43);

it.each([
  ['/api/v1/images', '/api/v1/images', '/api/v1/images'],
  [`/s/${SHARE}${MAC}`, '/s/{token}', `/s/${SHARE}…`],
  [`/s/${SHARE}${MAC}/01kah/thumb`, '/s/{token}/{id}/thumb', `/s/${SHARE}…/01kah/thumb`],
  // a proxy's prefix that was not configured: nothing answers, and the token is none the less one
  [`/prefix/s/${SHARE}${MAC}`, 'unmatched', `/prefix/s/${SHARE}…`],
  [`/s/s1%2E0123abcd.01kah000000000000000000000.${MAC}`, '/s/{token}', '/s/{token}'],
  ['/api/v1/downloads/0123456789abcdef', '/api/v1/downloads/{token}', '/api/v1/downloads/…'],
  [`/${'a'.repeat(300)}`, 'unmatched', `/${'a'.repeat(199)}…`],
])('%s of %s is logged as %s', (path, route, logged) => {
  expect(loggedPath({ path, route })).toBe(logged);
});
