import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../src/domain/errors.ts';
import { statusOf } from '../../src/http/errors.ts';
import { jsonOf, refusal, useApp } from '../support/app.ts';

const app = useApp();
const rooted = useApp({ basePath: '/kiroku', publicUrl: new URL('https://pictures.example/kiroku') });

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
}

describe('the OpenAPI document', () => {
  it('is 3.1 and names every route that is served, each with its answers', async () => {
    const document = await jsonOf<Document>(app.call('/openapi.json'));
    expect(document.openapi).toMatch(/^3\.1/);
    const named = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    const served = app.routes.map(({ route }) => `${route.method} ${route.path}`);
    expect(served.length).toBeGreaterThan(25);
    expect(new Set(served.map(plain)).size).toBe(served.length);
    expect(named.map(plain).sort()).toEqual(expect.arrayContaining(served.map(plain).sort()));
    for (const methods of Object.values(document.paths)) {
      for (const operation of Object.values(methods)) expect(operation).toHaveProperty('responses');
    }
  });

  it('says that a parent may not be there any more', async () => {
    // a reference that is made nullable becomes `allOf` of both, which nothing can be
    const { components } = await jsonOf<{ components: object }>(app.call('/openapi.json'));
    const at = ['schemas', 'Relations', 'properties', 'parents', 'items', 'properties', 'item'];
    expect(components).toHaveProperty(at, {
      anyOf: [{ $ref: '#/components/schemas/Item' }, { type: 'null' }],
    });
  });

  it('has the rare answers too: the page of a link for others, the way to a file whose owner was moved', async () => {
    const { paths } = await jsonOf<Document>(app.call('/openapi.json'));
    expect(paths['/s/{token}']?.['get']).toHaveProperty(['responses', '200', 'content', 'text/html']);
    expect(paths['/outputs/{key}']?.['get']).toHaveProperty(['responses', '308']);
    // what is shared may be asked for in parts, or again
    for (const path of ['/s/{token}/{id}', '/s/{token}/{id}/thumb']) {
      for (const status of ['206', '304']) expect(paths[path]?.['get']).toHaveProperty(['responses', status]);
    }
  });

  it('is shown on a page that loads nothing from elsewhere and runs nothing', async () => {
    const answer = await app.call('/docs');
    const page = await answer.text();
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page).toContain('/api/v1/images');
    expect(page).not.toMatch(/<script|https?:\/\/(?!127)/i);
  });
});

/** Without the names and patterns of path parameters, which hono and OpenAPI spell differently. */
function plain(route: string): string {
  return route.replace(/\{[^}]*\}|:\w+(\{[^}]*\})?/g, '*');
}

describe('errors', () => {
  it('have a status for every code, and never one of success', () => {
    for (const code of ERROR_CODES) expect(statusOf(code)).toBeGreaterThanOrEqual(400);
  });

  it('are problem documents without paths or stacks', async () => {
    const answer = await app.call('/api/v1/nothing');
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    const body = await answer.text();
    expect(JSON.parse(body)).toMatchObject({ status: 404, code: 'not_found', title: expect.any(String) });
    expect(body).not.toMatch(/src\/|node_modules|at \w+/);
  });

  it('name the methods that a route has', async () => {
    const answer = await app.call('/api/v1/images', { method: 'PUT' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });
});

describe('a sub-path', () => {
  it('is in front of every URL, whether or not a proxy takes it off the request', async () => {
    const first = await rooted.call('/kiroku/api/v1/me');
    expect(first.status).toBe(200);
    expect(first.headers.get('set-cookie')).toContain('Path=/kiroku');
    expect(first.headers.get('set-cookie')).toContain('Secure');
    expect((await rooted.call('/api/v1/me')).status).toBe(200);
    expect(await refusal(rooted.call('/kirokuapi/v1/me'))).toEqual([404, 'not_found']);
  });
});
