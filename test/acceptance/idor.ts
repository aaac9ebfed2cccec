import { operationsOf, type Position, positionsOf, shownPosition } from './access-positions.ts';
import { type AccessRequest, encodedRequest, requestOf, withText } from './access-requests.ts';
import { bearer, type World } from './access-world.ts';
import { inParallel } from './calls.ts';
import type { FuzzAnswer } from './fuzz-client.ts';
import { foreignEvents } from './idor-live.ts';
import { mixed, stateOf } from './idor-state.ts';
import { ghostOf, morePositions, valuesAt } from './idor-values.ts';
import { SERVICE_TOKEN } from './rig.ts';

/**
 * Everything of somebody's, put by others wherever the document lets a caller put a text: the answer must be the one that
 * what never was gets, and nothing of the somebody's may be in it. A position that has no case is a breach too.
 */
export interface AccessFindings {
  readonly breaches: string[];
  readonly counts: Record<string, number>;
}

interface Attack {
  readonly operation: string;
  readonly position: Position;
  readonly value: string;
  readonly never: string;
}

const ATTACKERS = ['other', 'service for other', 'stranger'] as const;
type Attacker = (typeof ATTACKERS)[number];

/** Jobs are the service's own: it may end any of them, whomever it worked for. */
const SERVICES_OWN = /^post \/api\/v1\/jobs\//;

export async function runIdor(world: World): Promise<AccessFindings> {
  const breaches: string[] = [];
  const attacks = attacksOn(world, breaches);
  breaches.push(...(await foreignEvents(world)));
  const before = await stateOf(world, world.victim);
  let requests = 0;
  // what an attacker writes stands in its own lists from then on: it looks first
  const looks = (attack: Attack) => attack.operation.startsWith('get ');
  // and it writes one thing after the other: what two operations share (a key of idempotency) they find in the same order
  const inTurn = [
    { some: attacks.filter(looks), atOnce: 8 },
    { some: attacks.filter((attack) => !looks(attack)), atOnce: 1 },
  ].flatMap((turn) => ATTACKERS.map((attacker) => ({ ...turn, attacker })));
  for (const { attacker, some, atOnce } of inTurn) {
    await inParallel(some, atOnce, async (attack) => {
      if (attacker === 'service for other' && SERVICES_OWN.test(attack.operation)) return;
      requests += 2;
      const [foreign, never] = [
        await asked(world, attack, attack.value, attacker),
        await asked(world, attack, attack.never, attacker),
      ];
      const what = `${attacker}: ${attack.operation}, ${shownPosition(attack.position)} = ${attack.value}`;
      breaches.push(...judged(world, attack, foreign, never).map((fault) => `${what}: ${fault}`));
    });
  }
  breaches.push(...(await mixed(world)));
  const after = await stateOf(world, world.victim);
  for (const [name, value] of Object.entries(before)) {
    if (after[name] !== value) breaches.push(`the victim's ${name} changed: ${value} → ${after[name]}`);
  }
  const seen = await seenByOwner(world, attacks, breaches);
  return { breaches, counts: { 'foreign values in other places': requests, 'of them the owner sees': seen } };
}

function attacksOn(world: World, breaches: string[]): Attack[] {
  const { document, victim } = world;
  const ghost = ghostOf(victim);
  return operationsOf(document).flatMap((operation) => {
    const positions = [...positionsOf(document, operation), ...morePositions(operation)];
    return positions.flatMap((position) => {
      const values = valuesAt(operation, position, victim);
      if (values === undefined) breaches.push(`no case: ${operation}, ${shownPosition(position)}`);
      const never = valuesAt(operation, position, ghost) ?? [];
      return (values ?? []).map((value, index) => {
        return { operation, position, value, never: never[index] ?? '' };
      });
    });
  });
}

function identity(world: World, attacker: Attacker, { where, name }: Position): Partial<AccessRequest> {
  const { owner, cookie } = world.other;
  if (attacker === 'stranger') return {};
  if (attacker === 'other') return { headers: { cookie } };
  // named twice where the name is what is exchanged, else the service would only act for somebody else
  if (where === 'query' && name === 'owner') {
    return { headers: { ...bearer(SERVICE_TOKEN), 'x-user-id': owner } };
  }
  return { headers: bearer(SERVICE_TOKEN), query: { owner } };
}

function asked(world: World, attack: Attack, value: string, attacker: Attacker): Promise<FuzzAnswer> {
  const base = requestOf(world.document, attack.operation, world.other);
  const who = identity(world, attacker, attack.position);
  const request = { ...base, headers: { ...who.headers }, query: { ...base.query, ...who.query } };
  return world.ask(encodedRequest(withText(request, attack.position, value)));
}

/** Ids, times, sums and names that every answer makes anew. */
function masked(world: World, { operation }: Attack, text: string, sent: string): string {
  // what is read is read before anything is written: how much there is of it tells as well as its bytes
  const counts = operation.startsWith('get ')
    ? /"views":\d+/g
    : /"views":\d+|"(rev|total|count|bytes|thumb_bytes)":\d+/g;
  return text
    .replaceAll(sent, '«sent»')
    .replaceAll(encodeURIComponent(sent), '«sent»')
    .replaceAll(counts, '«n»')
    .replaceAll(/s1\.[0-9a-f]{8}\.[\w.-]+|\/downloads\/[\w-]+/g, '«token»')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z|\d{4}\/\d\d\/\d\d/g, '«time»')
    .replaceAll(/kiroku_\w+/g, '«placed»')
    .replaceAll(/\b0[0-9a-z]{25}\b/g, '«id»')
    .replaceAll(/anon-[0-9a-f]{32}/g, (owner) => (owner === world.other.owner ? owner : '«guest»'))
    .replaceAll(/nonce[="-]+[\w+/=-]+"?( content="[^"]*")?/g, '«nonce»');
}

/** What names or opens something of one person's. */
const VICTIMS_OWN = [
  'owner',
  'word',
  'secret',
  'images',
  'inputs',
  'controls',
  'trashed',
  'sid',
  'search',
  'download',
  'token',
  'code',
  'recipe',
] as const;

/** Whatever is the victim's and was not sent by the caller. */
function leaks({ victim }: World, body: string, value: string): string[] {
  return VICTIMS_OWN.map((name) => victim[name]).filter(
    (mine) => body.includes(mine) && !value.includes(mine),
  );
}

function judged(world: World, attack: Attack, foreign: FuzzAnswer, never: FuzzAnswer): string[] {
  const [seen, unseen] = [foreign, never].map(({ body }) => body.toString('latin1'));
  if (seen === undefined || unseen === undefined) return [];
  const faults = leaks(world, seen, attack.value).map((mine) => `it tells ${mine}`);
  if (foreign.status === 304) faults.push('304: what the caller has is what is there');
  if (foreign.status >= 500 && foreign.status !== 501) faults.push(`${foreign.status} ${seen.slice(0, 200)}`);
  if (foreign.status !== never.status) {
    faults.push(`${foreign.status}, but ${never.status} for what never was: ${seen.slice(0, 200)}`);
  }
  // metrics and health count what is asked; the rest says the same of both
  if (/ \/(metrics|healthz|readyz)$/.test(attack.operation)) return faults;
  const [one, two] = [masked(world, attack, seen, attack.value), masked(world, attack, unseen, attack.never)];
  if (one !== two) faults.push(`told apart: ${difference(one, two)}`);
  const type = foreign.headers['content-type'];
  if (type !== never.headers['content-type']) faults.push(`another type: ${type}`);
  return faults;
}

function difference(one: string, two: string): string {
  let at = 0;
  while (at < one.length && one[at] === two[at]) at += 1;
  return `${one.slice(Math.max(0, at - 60), at + 120)} | ${two.slice(Math.max(0, at - 60), at + 120)}`;
}

/** The proof of the proof: the owner itself does see a difference, wherever a path names what is its own. */
async function seenByOwner(world: World, attacks: readonly Attack[], breaches: string[]): Promise<number> {
  let seen = 0;
  const reads = attacks.filter(({ operation, position }) => {
    return /^get \/(api\/v1\/(?!admin)|outputs)/.test(operation) && position.where === 'path';
  });
  for (const attack of reads) {
    const base = requestOf(world.document, attack.operation, world.victim);
    const own = base.path[attack.position.name];
    const as = (value: string) => {
      const request = { ...base, headers: { cookie: world.victim.cookie } };
      return world.ask(encodedRequest(withText(request, attack.position, value)));
    };
    const [mine, never] = [await as(attack.value), await as(attack.never)];
    if (mine.status !== never.status) seen += 1;
    else if (attack.value === own)
      breaches.push(`nothing proved: ${attack.operation} is ${mine.status} for all`);
  }
  return seen;
}
