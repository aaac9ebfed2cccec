import { operationOf, operationsOf } from './access-positions.ts';
import { type AccessRequest, encodedRequest, requestOf } from './access-requests.ts';
import { createWorld, type World } from './access-world.ts';
import { inParallel } from './calls.ts';
import type { FuzzAnswer } from './fuzz-client.ts';
import type { AccessFindings } from './idor.ts';
import { ghostOf } from './idor-values.ts';

/**
 * Every write that a cookie may ask for × Origin × Sec-Fetch-Site × content type, against the rule of docs/security.md (A2):
 * another site's are refused whatever else is right, and nothing else is. Without PUBLIC_URL the request's own host decides,
 * with it that alone.
 */
const PUBLIC = 'https://pictures.example';

const SITES = [
  undefined,
  'same-origin',
  'none',
  'same-site',
  'cross-site',
  'SAME-ORIGIN',
  'same-origin, none',
];
const TYPES = [
  undefined,
  'application/json',
  'text/plain',
  'text/plain;charset=UTF-8',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
];

/** What a page may say of where it is from; the first two are right. */
const originsOf = (own: string): (string | undefined)[] => {
  const { protocol, host, hostname, port } = new URL(own);
  const other = protocol === 'http:' ? 'https:' : 'http:';
  return [
    undefined,
    own,
    'null',
    '',
    'https://evil.example',
    `${other}//${host}`,
    `${protocol}//${hostname}:${Number(port) + 1}`,
    `${protocol}//sub.${host}`,
    `${own}.evil.example`,
    `${own}/`,
    `${protocol}//evil.example@${host}`,
    own.toUpperCase(),
    `${own}, https://evil.example`,
    `https://evil.example, ${own}`,
    `${own} `.repeat(2).trim(),
  ];
};

const RIGHT_SITES = new Set([undefined, 'same-origin', 'none']);

interface Attempt {
  readonly request: AccessRequest;
  readonly method: string;
  readonly site: string | undefined;
  readonly origin: string | undefined;
  readonly type: string | undefined;
  readonly cookie: string;
}

/** @param thorough every type with every pair for every operation, and not for one of them alone */
export async function runCsrf(world: World, thorough = false): Promise<AccessFindings> {
  const named = await createWorld({ PUBLIC_URL: PUBLIC });
  try {
    const open = await tryAll(world, world.url, thorough);
    const configured = await tryAll(named, PUBLIC, thorough);
    return {
      breaches: [...open.breaches, ...configured.breaches],
      counts: {
        'writes with an origin': open.tried + configured.tried,
        'of them refused': open.refused + configured.refused,
      },
    };
  } finally {
    await named.close();
  }
}

interface Tried {
  readonly breaches: string[];
  readonly tried: number;
  readonly refused: number;
}

async function tryAll(world: World, own: string, thorough: boolean): Promise<Tried> {
  const breaches: string[] = [];
  const attempts = attemptsOn(world, own, thorough);
  let refused = 0;
  await inParallel(attempts, 8, async (attempt) => {
    const answer = await sent(world, attempt, own);
    const rightly = isRight(attempt, own);
    const isRefused = answer.status === 403 && answer.body.includes('"cross_site"');
    if (isRefused) refused += 1;
    if (isRefused === rightly) breaches.push(`${shown(attempt)}: ${answer.status} ${answer.body.toString()}`);
    if (!rightly && answer.headers['set-cookie'] !== undefined)
      breaches.push(`${shown(attempt)}: a cookie is set`);
  });
  return { breaches, tried: attempts.length, refused };
}

const isRight = ({ site, origin }: Pick<Attempt, 'site' | 'origin'>, own: string) =>
  RIGHT_SITES.has(site) && [undefined, own].includes(origin);

const shown = ({ request, method, site, origin, type }: Attempt) =>
  `${method} ${request.operation}, Origin ${origin}, Sec-Fetch-Site ${site}, ${type}`;

/** About things that never were: what is let through changes nothing, and can be tried again. */
function attemptsOn(world: World, own: string, thorough: boolean): Attempt[] {
  const { document, session } = world;
  const ghost = ghostOf(world.other);
  const admin = (operation: string) => operation.includes('/admin/');
  const writes = operationsOf(document).filter((operation) => {
    const schemes = (operationOf(document, operation) as { security?: object[] }).security ?? [];
    return (
      !operation.startsWith('get ') &&
      schemes.some((scheme) => 'cookie' in scheme || (admin(operation) && 'admin' in scheme))
    );
  });
  const pairs = originsOf(own).flatMap((origin) => SITES.map((site) => ({ origin, site })));
  const alone = pairs.filter(({ origin, site }) => [undefined, own].includes(origin) || site === undefined);
  // what is let through would end the session that all others go on with
  const ends = (operation: string) => operation === 'delete /api/v1/admin/session';
  return writes.flatMap((operation) => {
    const request = requestOf(document, operation, ghost);
    const cookie = admin(operation) ? session : world.other.cookie;
    const method = (operation.split(' ')[0] ?? '').toUpperCase();
    const whole = thorough || operation.endsWith(' /api/v1/images/bulk');
    const types = whole ? TYPES : [TYPES[(operation.length + own.length) % TYPES.length]];
    const tried = (whole ? pairs : alone).filter((pair) => !ends(operation) || !isRight(pair, own));
    return tried.flatMap((pair) => types.map((type) => ({ request, method, type, cookie, ...pair })));
  });
}

function sent(world: World, attempt: Attempt, own: string): Promise<FuzzAnswer> {
  const { method, site, origin, type, cookie, request } = attempt;
  const { target } = encodedRequest(request);
  const headers: Record<string, string> = { cookie, host: new URL(own).host };
  if (own.startsWith('https:')) headers['x-forwarded-proto'] = 'https';
  if (site !== undefined) headers['sec-fetch-site'] = site;
  if (origin !== undefined) headers['origin'] = origin;
  if (type !== undefined) headers['content-type'] = type;
  return world.ask({ method, target, headers, body: '' });
}
