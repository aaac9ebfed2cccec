import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** Logins of a provider of our own, right and made up, by `node:crypto` alone: nothing here shares a bug with the judge. */
export const ISSUER = 'https://login.example.org/';
export const AUDIENCE = 'kiroku';

type Claims = Readonly<Record<string, unknown>>;

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwkOf = (key: KeyObject) => ({ ...key.export({ format: 'jwk' }), kid: 'k', alg: 'RS256', use: 'sig' });

/** What the provider publishes. */
export const KEYS = JSON.stringify({ keys: [jwkOf(publicKey)] });

const now = () => Math.floor(Date.now() / 1000);
const claims = (over: Claims = {}): Claims => ({
  ...{ iss: ISSUER, aud: AUDIENCE, sub: 'anna', iat: now(), exp: now() + 3600 },
  ...over,
});

function signed(header: Claims, payload: Claims, key: KeyObject = privateKey): string {
  const text = `${part({ alg: 'RS256', kid: 'k', ...header })}.${part(payload)}`;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

/** A right login of this member. */
export const login = (sub: string): string => signed({}, claims({ sub }));

/** A MAC in the place of a signature, with what everybody knows as its secret. */
function confused(alg: string, secret: string | Buffer): string {
  const text = `${part({ alg, kid: 'k', typ: 'JWT' })}.${part(claims())}`;
  const hash = alg.replace('HS', 'sha');
  return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`;
}

/** What no login is, by what is wrong with it. */
export function forgeries(): [what: string, token: string][] {
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const publics = {
    pem,
    'pem without its end': pem.trim(),
    pkcs1: publicKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    der: publicKey.export({ type: 'spki', format: 'der' }),
    jwk: JSON.stringify(publicKey.export({ format: 'jwk' })),
    keys: KEYS,
    modulus: Buffer.from(String(jwkOf(publicKey)['n' as never]), 'base64url'),
    nothing: '',
  };
  const macs = Object.entries(publics).flatMap(([name, secret]) =>
    ['HS256', 'HS384', 'HS512'].map((alg): [string, string] => [
      `${alg} with ${name}`,
      confused(alg, secret),
    ]),
  );
  const unsigned = ['none', 'None', 'NONE', 'nOnE', '', 'RS256', 'HS256'].flatMap(
    (alg): [string, string][] => {
      const text = `${part({ alg, kid: 'k' })}.${part(claims())}`;
      return [
        [`unsigned ${alg}`, `${text}.`],
        [`${alg} with an empty signature`, `${text}.AA`],
      ];
    },
  );
  return [...macs, ...unsigned, ...ownKeys(), ...wrongClaims(), ...oddHeaders()];
}

/** Signed rightly, by a key that is not the provider's; the token itself says where to find it. */
function ownKeys(): [string, string][] {
  const { privateKey: mine, publicKey: shown } = stranger;
  const headers: Record<string, Claims> = {
    'a key of its own': {},
    'jwk in the header': { jwk: jwkOf(shown) },
    'jku in the header': { jku: 'http://127.0.0.1:9/keys' },
    'x5u in the header': { x5u: 'http://127.0.0.1:9/keys' },
    'x5c in the header': {
      x5c: [Buffer.from(shown.export({ type: 'spki', format: 'der' })).toString('base64')],
    },
    'kid of nobody': { kid: 'nobody' },
    'kid that is a path': { kid: '../../../../dev/null' },
    'kid that is a query': { kid: "k' UNION SELECT 'x" },
    'no kid': { kid: undefined },
  };
  const cross = `${part({ alg: 'ES256', kid: 'k' })}.${part(claims())}`;
  const ec = sign('sha256', Buffer.from(cross), { key: curve.privateKey, dsaEncoding: 'ieee-p1363' });
  const algorithms = ['RS384', 'RS512', 'PS256', 'ES256', 'EdDSA', 'RS1', 'rs256', 'RS256 '];
  return [
    ...Object.entries(headers).map(([what, header]): [string, string] => [
      what,
      signed(header, claims(), mine),
    ]),
    ['ES256 by a curve of its own', `${cross}.${ec.toString('base64url')}`],
    ...algorithms.map((alg): [string, string] => [`says ${alg}`, signed({ alg }, claims())]),
  ];
}

function wrongClaims(): [string, string][] {
  const wrong: Record<string, Claims> = {
    expired: { exp: now() - 3600 },
    'without an end': { exp: undefined },
    'an end that is a text': { exp: String(now() + 3600) },
    'not yet': { nbf: now() + 3600 },
    'made tomorrow': { iat: now() + 86_400 },
    'another issuer': { iss: 'https://evil.example/' },
    'an issuer without its slash': { iss: ISSUER.slice(0, -1) },
    'no issuer': { iss: undefined },
    'issuers in a list': { iss: [ISSUER] },
    'for somebody else': { aud: 'others' },
    'for nobody': { aud: undefined },
    'for others': { aud: ['others', 'more'] },
    'a subject of nothing': { sub: '' },
    'no subject': { sub: undefined },
    'a number as subject': { sub: 1 },
    'a list as subject': { sub: ['anna'] },
  };
  return Object.entries(wrong).map(([what, over]): [string, string] => [what, signed({}, claims(over))]);
}

function oddHeaders(): [string, string][] {
  const critical = signed({ crit: ['b64', 'kiroku'], kiroku: 1 }, claims());
  const unencoded = signed({ b64: false, crit: ['b64'] }, claims());
  const [head = '', body = '', mac = ''] = login('anna').split('.');
  const other = login('bert').split('.');
  return [
    ['an extension that must be known', critical],
    ['an unencoded payload', unencoded],
    ['the payload of another', `${head}.${other[1]}.${mac}`],
    ['the signature of another', `${head}.${body}.${other[2]}`],
    ['with padding', `${head}.${body}.${mac}==`],
    [
      'as JSON',
      Buffer.from(JSON.stringify({ payload: body, protected: head, signature: mac })).toString('base64url'),
    ],
    ['four parts', `${head}.${body}.${mac}.${mac}`],
    ['five parts', `${head}..${body}.${mac}.${mac}`],
  ];
}
