import { operationsOf, type Position, positionsOf, shownPosition } from './access-positions.ts';
import { type AccessRequest, encodedRequest, requestOf, withText } from './access-requests.ts';
import { anyAddress, bearer, CANARY, type World } from './access-world.ts';
import { inParallel, seeded } from './calls.ts';
import type { AccessFindings } from './idor.ts';
import { openSocket, type RawAnswer, type RawSocket, requestBytes } from './raw-socket.ts';
import { ADMIN_TOKEN, SERVICE_TOKEN } from './rig.ts';
import { traversalNames } from './traversal-names.ts';
import { traversalTexts } from './traversal-texts.ts';
import { watchPlaces } from './traversal-watch.ts';

/**
 * Texts that lead elsewhere, in every place of every operation where a caller puts one, and in headers, over raw sockets.
 * A canary lies outside the tree: it is never in an answer, never opened, never changed, and nothing new lies anywhere.
 */
export interface TraversalOptions {
  readonly cycles: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

interface Try {
  readonly operation: string;
  readonly position: Position;
  readonly text: string;
  /** The path as it is written, or encoded once. */
  readonly asIs: boolean;
  readonly caller: (typeof CALLERS)[number];
}

const CALLERS = ['cookie', 'service', 'admin', 'session'] as const;
const LANES = 8;
/** Of the tries: a closed connection refuses too, but a rig that sends what no server takes would prove nothing. */
const FEWEST_ANSWERED = 0.9;
const SOME_HEADERS = [
  ...['x-user-id', 'idempotency-key', 'if-match', 'if-none-match', 'if-range', 'range', 'last-event-id'],
  ...[
    'origin',
    'referer',
    'accept',
    'accept-language',
    'cookie',
    'content-type',
    'x-original-url',
    'x-rewrite-url',
  ],
  ...[
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded-prefix',
    'x-sendfile',
    'x-request-id',
    'destination',
  ],
];

export async function runTraversal(world: World, options: TraversalOptions): Promise<AccessFindings> {
  const places = await watchPlaces(world);
  const breaches: string[] = [];
  const tries = [...straightTries(world), ...triesOf(world, options)];
  const lanes: (RawSocket | undefined)[] = [];
  let answered = 0;
  let done = 0;
  await inParallel(tries, LANES, async (one) => {
    const lane = lanes.pop() ?? (await openSocket(world.url));
    lane.send(bytesOf(world, one));
    const answer = await lane.answer({ withinMs: 60_000 });
    if (answer === undefined || answer.headers.get('connection') === 'close') lane.cut();
    else lanes.push(lane);
    if (answer !== undefined) answered += 1;
    for (const fault of judged(world, one, answer)) breaches.push(`${shown(one)}: ${fault}`);
    done += 1;
    if (done % 10_000 === 0) options.say(`${done} texts that lead elsewhere, ${breaches.length} breaches`);
  });
  for (const lane of lanes) lane?.cut();
  if (answered < tries.length * FEWEST_ANSWERED)
    breaches.push(`only ${answered} of ${tries.length} were answered: the others proved nothing`);
  const named = await traversalNames(world, options);
  breaches.push(...named.breaches, ...(await places.faults()));
  return {
    breaches,
    counts: {
      'texts that lead elsewhere': tries.length,
      'of them answered': answered,
      ...named.counts,
      ...places.counts,
    },
  };
}

const shown = ({ operation, position, text, caller }: Try) =>
  `${caller}: ${operation}, ${shownPosition(position)} = ${JSON.stringify(text.slice(0, 200))}`;

/** Every text where files are asked for by their paths: drawn, the plainest of them would hardly ever meet their place. */
function straightTries(world: World): Try[] {
  const operation = 'get /outputs/{key}';
  const place = positionsOf(world.document, operation).find(({ name }) => name === 'key');
  if (place === undefined) throw new Error('the document names no path of a file');
  return traversalTexts(world).flatMap((text) =>
    CALLERS.map((caller) => ({ operation, position: place, text, asIs: true, caller })),
  );
}

/** Every place in turn, with texts drawn by the seed. */
function triesOf(world: World, { cycles, seed }: TraversalOptions): Try[] {
  const random = seeded(seed);
  const texts = traversalTexts(world);
  const places = operationsOf(world.document).flatMap((operation) => {
    const headers = SOME_HEADERS.map((name): Position => ({ where: 'header', name }));
    // streams have no end that could be waited for; their texts are headers, tried with the other calls
    if (operation === 'get /api/v1/events') return [];
    const [header = headers[0]] = [headers[Math.floor(random() * headers.length)]];
    const some = header === undefined ? [] : [header];
    return [...positionsOf(world.document, operation), ...some].map((position) => ({ operation, position }));
  });
  return Array.from({ length: cycles }, (_none, at) => {
    const place = places[at % places.length] ?? places[0];
    if (place === undefined) throw new Error('the document names no place for a text');
    const text = texts[Math.floor(random() * texts.length)] ?? '';
    const position =
      place.position.where === 'header'
        ? { ...place.position, name: SOME_HEADERS[Math.floor(random() * SOME_HEADERS.length)] ?? 'origin' }
        : place.position;
    const own = CALLERS[Math.floor(random() * CALLERS.length)] ?? 'cookie';
    const admins = place.operation.includes('/admin/');
    return {
      ...place,
      position,
      text,
      asIs: random() < 0.6,
      caller: admins && random() < 0.8 ? 'admin' : own,
    };
  });
}

function bytesOf(world: World, { operation, position, text, asIs, caller }: Try): Buffer {
  const base = requestOf(world.document, operation, world.other);
  const request: AccessRequest = { ...base, query: { ...base.query, ...ownerFor(world, caller) } };
  const { method, target, headers, body } = encodedRequest(withText(request, position, text), asIs);
  const length: Record<string, string> = body === undefined ? {} : { 'content-length': String(body.length) };
  const all = { ...anyAddress(), ...identity(world, caller), ...length, ...headers };
  // a line's end in a header or a target would be the beginning of another request
  const clean = Object.entries(all).map(([name, value]) => [name, onOneLine(value)]);
  return requestBytes(`${method} ${onOneLine(target)}`, Object.fromEntries(clean), body);
}

/** UTF-8 in what goes out as Latin-1. */
const onOneLine = (text: string) =>
  Buffer.from(text)
    .toString('latin1')
    .replaceAll(/[\r\n]/g, '_');

const ownerFor = ({ other }: World, caller: Try['caller']): Record<string, string> =>
  caller === 'service' ? { owner: other.owner } : {};

function identity(world: World, caller: Try['caller']): Record<string, string> {
  switch (caller) {
    case 'cookie':
      return { cookie: world.other.cookie };
    case 'service':
      return bearer(SERVICE_TOKEN);
    case 'admin':
      return bearer(ADMIN_TOKEN);
    case 'session':
      return { cookie: world.session };
  }
}

function judged(world: World, { caller, position, text }: Try, answer: RawAnswer | undefined): string[] {
  if (answer === undefined) return position.where === 'json' ? ['no answer'] : [];
  const body = answer.body.toString('latin1');
  const faults: string[] = [];
  if (answer.status >= 500 && answer.status !== 501) faults.push(`${answer.status} ${body.slice(0, 300)}`);
  if (body.includes(CANARY)) faults.push('the canary is in the answer');
  if (/root:.*:0:0:|"idem":"[0-9a-f]{16}"|PATH=/.test(body))
    faults.push(`a file of the machine: ${body.slice(0, 300)}`);
  // what was stored is told again: a refusal tells nothing
  if (answer.status >= 400 && body.includes(world.parent) && !text.includes(world.parent))
    faults.push('a path of the machine is told');
  const isAdmin = caller === 'admin' || caller === 'session';
  if (!isAdmin && body.includes(world.victim.secret)) faults.push(`the victim's: ${body.slice(0, 300)}`);
  return faults;
}
