import { JSON_TYPE } from './access-people.ts';
import { operationsOf } from './access-positions.ts';
import { encodedRequest, requestOf } from './access-requests.ts';
import { TABLE } from './access-table.ts';
import { adminSession, bearer, cookieValue, type World } from './access-world.ts';
import { inParallel } from './calls.ts';
import type { FuzzAnswer } from './fuzz-client.ts';
import type { AccessFindings } from './idor.ts';
import { ADMIN_TOKEN, SERVICE_TOKEN } from './rig.ts';

/**
 * Every operation, about the victim's own things, by everybody whose proof is none: as one without any (cookies), refused
 * (tokens), or as the weaker of two (a token beside somebody's cookie). Beside `access-matrix.test.ts`, which has the rights.
 */
interface Nobody {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** Whose answer it must be: of one who shows nothing, of a wrong token, of the service for the other one. */
  readonly like: 'none' | 'refused' | 'service for other';
}

const bent = (text: string) => text.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));

export async function runProofless(world: World): Promise<AccessFindings> {
  const breaches: string[] = [...(await endedLinks(world))];
  const nobodies = await nobodiesOf(world);
  const operations = operationsOf(world.document);
  let tried = 0;
  await inParallel(operations, 8, async (operation) => {
    const none = await asked(world, operation, {});
    for (const nobody of nobodies) {
      if (nobody.like === 'service for other' && isOwnWrite(operation)) continue;
      tried += 1;
      const answer = await asked(world, operation, nobody.headers, nobody.query);
      const wanted =
        nobody.like === 'none' ? none.status : await expected(world, operation, nobody, none.status);
      const body = answer.body.toString('latin1');
      const what = `${nobody.name}: ${operation}`;
      if (answer.status !== wanted)
        breaches.push(`${what}: ${answer.status}, not ${wanted}: ${body.slice(0, 200)}`);
      const open = / \/s\//.test(operation);
      if (!open && body.includes(world.victim.secret)) breaches.push(`${what}: it tells of the victim`);
    }
  });
  return { breaches, counts: { 'operations × proofs that are none': tried } };
}

/** What the service may write for the other: tried by the matrix, and nothing to be told apart here. */
const isOwnWrite = (operation: string) => !operation.startsWith('get ') && (TABLE[operation]?.[5] ?? 0) < 400;

async function expected(world: World, operation: string, { like }: Nobody, none: number): Promise<number> {
  // what is everybody's looks at no proof
  const everybodys = TABLE[operation]?.every((status) => status === 200) === true;
  if (everybodys) return none;
  if (like === 'refused') return 401;
  const { owner } = world.other;
  return (await asked(world, operation, bearer(SERVICE_TOKEN), { owner })).status;
}

function asked(
  world: World,
  operation: string,
  headers: Readonly<Record<string, string>>,
  query: Readonly<Record<string, string>> = {},
): Promise<FuzzAnswer> {
  const base = requestOf(world.document, operation, world.victim);
  // the owner stands where the caller says it: a part of the body would be one more name
  const parts = base.parts?.filter(({ name }) => name !== 'owner');
  return world.ask(encodedRequest({ ...base, parts, headers, query: { ...base.query, ...query } }));
}

async function nobodiesOf(world: World): Promise<Nobody[]> {
  const { victim, other, session } = world;
  const cookies = await cookiesOfNobody(world);
  const tokens = [
    bent(SERVICE_TOKEN),
    bent(ADMIN_TOKEN),
    victim.token,
    cookieValue(victim.cookie),
    victim.code,
  ];
  const like = 'service for other';
  const query = { owner: other.owner };
  const beside = { ...bearer(SERVICE_TOKEN), cookie: `${victim.cookie}; ${session}` };
  const twice = { ...bearer(SERVICE_TOKEN), 'x-user-id': other.owner };
  return [
    ...Object.entries(cookies).map(([name, cookie]): Nobody => ({ name, headers: { cookie }, like: 'none' })),
    ...[...tokens, 'x'].map((token): Nobody => {
      const headers = { ...bearer(token), cookie: victim.cookie };
      return { name: `a wrong token, ${token.slice(0, 8)}…`, headers, like: 'refused' };
    }),
    {
      name: "the service for another, beside the victim's cookie and a session",
      headers: beside,
      query,
      like,
    },
    { name: 'the service for another, twice', headers: twice, query, like },
  ];
}

async function cookiesOfNobody({ victim, url, session }: World): Promise<Record<string, string>> {
  const ended = await adminSession(url);
  await fetch(`${url}/api/v1/admin/session`, { method: 'DELETE', headers: { cookie: ended } });
  const [admin = ''] = session.split('=');
  return {
    unsigned: `anon_id=${victim.owner}`,
    'a forged cookie': bent(victim.cookie),
    'a link as cookie': `anon_id=${victim.token}`,
    'a session as cookie': `anon_id=${cookieValue(session)}`,
    'a cookie as session': `${admin}=${cookieValue(victim.cookie)}`,
    'a forged session': bent(session),
    'an ended session': ended,
    'a token as session': `${admin}=${ADMIN_TOKEN}`,
    'a token as cookie': `token=${ADMIN_TOKEN}; authorization=Bearer ${SERVICE_TOKEN}`,
    'a session of https': `__Host-${session}`,
  };
}

/** Links that have expired or were ended open nothing, and say no more than that. */
async function endedLinks({ url, victim, ask }: World): Promise<string[]> {
  const headers = { cookie: victim.cookie, ...JSON_TYPE };
  const make = async (expires_in: number) => {
    const body = JSON.stringify({ ids: [victim.images], expires_in, name: victim.word });
    const answer = await fetch(`${url}/api/v1/shares`, { method: 'POST', headers, body });
    const made: { sid: string; url: string; expires_at: string } = JSON.parse(await answer.text());
    return made;
  };
  const [short, long] = [await make(1), await make(600)];
  const ended = await ask({ method: 'delete', target: `/api/v1/shares/${long.sid}`, headers });
  const faults = ended.status === 200 ? [] : [`a link cannot be ended: ${ended.status}`];
  const left = Date.parse(short.expires_at) - Date.now();
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, left) + 20));
  for (const link of [short.url, long.url]) {
    for (const target of [link, `${link}/${victim.images}`, `${link}/${victim.images}/thumb`]) {
      const { status, body } = await ask({ target });
      if (status !== 410 || body.includes(victim.secret)) faults.push(`an ended link: ${status} ${body}`);
    }
  }
  return faults;
}
