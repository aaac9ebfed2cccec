import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Holder } from './access-people.ts';
import { bearer, cookieValue, createWorld, type World } from './access-world.ts';
import { inParallel } from './calls.ts';
import type { FuzzAnswer } from './fuzz-client.ts';
import type { AccessFindings } from './idor.ts';
import { ADMIN_TOKEN, SERVICE_TOKEN } from './rig.ts';
import { AUDIENCE, forgeries, ISSUER, KEYS, login } from './tokens-jwt.ts';
import { swapped, tampered } from './tokens-variants.ts';

/**
 * Whatever is nearly a proof proves nothing: cookies, links, downloads, an admin's session, our tokens and members' logins
 * with each character exchanged, each length, parts of two mixed, made with another secret, in another's place.
 */
interface Proof {
  readonly name: string;
  readonly right: string;
  readonly wrong: readonly string[];
  ask(world: World, text: string): Promise<FuzzAnswer>;
  /** Says what is wrong with this answer to a forgery; undefined when it opened nothing. */
  fault(answer: FuzzAnswer): string | undefined;
  opens(answer: FuzzAnswer): boolean;
}

const bodyOf = ({ body }: FuzzAnswer) => body.toString('utf8');
const ok = ({ status }: FuzzAnswer) => status === 200;
const only =
  (...statuses: number[]) =>
  (answer: FuzzAnswer): string | undefined =>
    statuses.includes(answer.status) ? undefined : `${answer.status} ${bodyOf(answer).slice(0, 200)}`;

export async function runTokens(world: World): Promise<AccessFindings> {
  const elsewhere = await strangersSecrets(world);
  try {
    const findings = await tryAll(world, proofsOf(world, elsewhere.world.other));
    const logins = await tryAll(elsewhere.world, [loginProof()]);
    return {
      breaches: [...findings.breaches, ...logins.breaches],
      counts: { 'forged proofs': findings.tried + logins.tried },
    };
  } finally {
    await elsewhere.world.close();
  }
}

/** Another server, with another secret, where members sign in. */
async function strangersSecrets({ parent }: World): Promise<{ world: World }> {
  const keys = join(parent, 'keys.json');
  await writeFile(keys, KEYS);
  const world = await createWorld({
    COOKIE_SECRET: 'another-secret-than-the-one-of-the-others-0123456789',
    ...{ AUTH: 'jwt', AUTH_JWKS: keys, AUTH_ISSUER: ISSUER, AUTH_AUDIENCE: AUDIENCE, AUTH_COOKIE: 'login' },
  });
  return { world };
}

async function tryAll(
  world: World,
  proofs: readonly Proof[],
): Promise<{ breaches: string[]; tried: number }> {
  const breaches: string[] = [];
  let tried = 0;
  for (const proof of proofs) {
    const right = await proof.ask(world, proof.right);
    if (!proof.opens(right)) breaches.push(`${proof.name}: the right one opens nothing: ${right.status}`);
    await inParallel(proof.wrong, 8, async (text) => {
      tried += 1;
      const fault = proof.fault(await proof.ask(world, text));
      if (fault !== undefined) breaches.push(`${proof.name} ${JSON.stringify(text)}: ${fault}`);
    });
    const again = await proof.ask(world, proof.right);
    if (!proof.opens(again))
      breaches.push(`${proof.name}: afterwards the right one opens nothing: ${again.status}`);
  }
  return { breaches, tried };
}

function proofsOf(world: World, elsewhere: Holder): Proof[] {
  const { victim, other } = world;
  return [
    cookieProof(world, elsewhere),
    {
      name: 'link',
      right: victim.token,
      // both are of this server: a mixture is neither's
      wrong: [...tampered(victim.token), ...swapped(victim.token, other.token), elsewhere.token],
      ask: (to, text) => to.ask({ target: `/s/${encodeURI(text)}` }),
      fault: (answer) => (bodyOf(answer).includes(victim.secret) ? 'it opens' : only(400, 404)(answer)),
      opens: ok,
    },
    {
      name: 'download',
      right: victim.download,
      wrong: [...tampered(victim.download), elsewhere.download, other.download, victim.token],
      ask: (to, text) => {
        return to.ask({ target: `/api/v1/downloads/${encodeURI(text)}`, headers: { cookie: victim.cookie } });
      },
      fault: only(400, 404),
      opens: ok,
    },
    sessionProof(world),
    ...[SERVICE_TOKEN, ADMIN_TOKEN].map((token) => tokenProof(token, world)),
  ];
}

function cookieProof({ victim, other, session }: World, elsewhere: Holder): Proof {
  const value = cookieValue(victim.cookie);
  const foreign = [elsewhere.cookie, session].map(cookieValue);
  const others = [SERVICE_TOKEN, ADMIN_TOKEN, victim.token, victim.download, victim.code, victim.owner];
  return {
    name: 'cookie',
    right: value,
    wrong: [...tampered(value), ...swapped(value, cookieValue(other.cookie)), ...foreign, ...others],
    ask: (to, text) => to.ask({ target: '/api/v1/me', headers: { cookie: `anon_id=${text}` } }),
    fault(answer) {
      if (new RegExp(`${victim.owner}|${other.owner}`).test(bodyOf(answer))) return 'it opens';
      return answer.headers['set-cookie'] === undefined ? 'no fresh cookie' : only(200)(answer);
    },
    opens: (answer) => bodyOf(answer).includes(victim.owner),
  };
}

function sessionProof({ session, victim }: World): Proof {
  const [name = '', value = ''] = session.split('=');
  return {
    name: 'session',
    right: value,
    wrong: [...tampered(value), ADMIN_TOKEN, cookieValue(victim.cookie), value.replace(/^a1/, 's1')],
    ask: (to, text) => to.ask({ target: '/api/v1/admin/session', headers: { cookie: `${name}=${text}` } }),
    fault: only(401),
    opens: ok,
  };
}

function tokenProof(token: string, { victim, session }: World): Proof {
  const target = token === ADMIN_TOKEN ? '/api/v1/admin/jobs' : `/api/v1/images?owner=${victim.owner}`;
  const texts = [
    ...tampered(token),
    victim.token,
    cookieValue(victim.cookie),
    cookieValue(session),
    victim.code,
  ];
  const spelled = [`Basic ${token}`, `Bearer:${token}`, `Bearer${token}`, `Token ${token}`, token];
  const both = [`Bearer ${token}, Bearer ${token}`, `Bearer ${token} ${token}`, `Bearer Bearer ${token}`];
  return {
    name: 'token',
    right: `Bearer ${token}`,
    wrong: [...texts.map((text) => `Bearer ${text}`), ...spelled, ...both],
    ask: (to, authorization) => to.ask({ target, headers: { authorization } }),
    fault: only(401),
    opens: ok,
  };
}

function loginProof(): Proof {
  const right = login('anna');
  const made = forgeries().map(([, token]) => token);
  return {
    name: 'login',
    right,
    wrong: [...tampered(right), ...swapped(right, login('bert')), ...made],
    ask: (to, text) => to.ask({ target: '/api/v1/me', headers: bearer(text) }),
    fault: only(401),
    opens: (answer) => bodyOf(answer).includes('"anna"'),
  };
}
