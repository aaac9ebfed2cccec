import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config.ts';

const JWT = {
  AUTH: 'jwt',
  AUTH_JWKS: 'https://id.example/keys',
  AUTH_ISSUER: 'https://id.example/',
  AUTH_AUDIENCE: 'k',
};

function authOf(env: Record<string, string>) {
  const loaded = loadConfig(env);
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  return loaded.config.auth;
}
function problemsOf(env: Record<string, string>) {
  const loaded = loadConfig(env);
  return loaded.ok ? [] : loaded.problems;
}

describe('the settings of logins', () => {
  it('say how members prove themselves', () => {
    expect(authOf({})).toEqual({ mode: 'none' });
    expect(authOf({ AUTH: 'proxy', TRUST_PROXY: '127.0.0.1', AUTH_HEADER: 'Remote-User' })).toEqual({
      mode: 'proxy',
      header: 'remote-user',
    });
    const { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience, AUTH_JWKS: jwks } = JWT;
    const rules = { issuer, audience, algorithms: ['RS256', 'ES256', 'EdDSA'], claim: 'sub' };
    expect(authOf(JWT)).toEqual({ mode: 'jwt', rules, jwks, cookie: undefined });
    expect(authOf({ ...JWT, AUTH_ALGORITHMS: 'PS512', AUTH_COOKIE: 's', AUTH_CLAIM: 'email' })).toEqual({
      mode: 'jwt',
      rules: { ...rules, algorithms: ['PS512'], claim: 'email' },
      jwks,
      cookie: 's',
    });
  });

  it('stop the start where something is missing', () => {
    expect(problemsOf({ AUTH: 'proxy' })).toEqual(['AUTH=proxy needs TRUST_PROXY: nobody else is believed.']);
    expect(problemsOf({ AUTH: 'jwt' })).toEqual([
      'AUTH=jwt needs AUTH_JWKS.',
      'AUTH=jwt needs AUTH_ISSUER.',
      'AUTH=jwt needs AUTH_AUDIENCE.',
    ]);
    expect(problemsOf({ ...JWT, AUTH_ALGORITHMS: ',' })).toEqual(['AUTH_ALGORITHMS must name one at least.']);
  });

  it.each([
    ['AUTH', 'required'],
    ['AUTH_HEADER', 'X-User-Id'],
    ['AUTH_HEADER', 'a b'],
    ['AUTH_ALGORITHMS', 'RS256,HS256'],
    ['AUTH_ALGORITHMS', 'none'],
    ['AUTH_JWKS', 'http://id.example/keys'],
    ['AUTH_JWKS', 'ftp://id.example/keys'],
    ['AUTH_COOKIE', 'anon_id'],
    ['AUTH_COOKIE', '__Host-kiroku_admin'],
  ])('refuse %s=%s', (name, value) => {
    expect(problemsOf({ ...JWT, [name]: value })).toEqual([expect.stringMatching(`^${name} `)]);
  });

  it.each(['http://127.0.0.1:9000/keys', 'http://localhost/keys', '/etc/kiroku/keys.json', 'keys.json'])(
    'take keys from %s',
    (jwks) => {
      expect(authOf({ ...JWT, AUTH_JWKS: jwks })).toMatchObject({ jwks });
    },
  );
});
