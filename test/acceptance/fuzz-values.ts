import fc from 'fast-check';
import { type OpenApi, resolved, type Schema } from './fuzz-schema.ts';

/** What to ask with: from the document's own schemas, and what breaks them. */

/** Stands for something that the server gave out: filled in when the request is sent, so that a seed stays a seed. */
export interface Ref {
  readonly $pool: string;
  readonly at: number;
}

export const isRef = (value: unknown): value is Ref =>
  typeof value === 'object' && value !== null && '$pool' in value && 'at' in value;

const ref = (pool: string): fc.Arbitrary<Ref> => fc.nat(10_000).map((at) => ({ $pool: pool, at }));

const ODD = [
  '',
  ' ',
  '\0',
  '.',
  '..',
  '../../../../etc/passwd',
  '..\\..\\',
  '/',
  '//',
  '%00',
  '%2e%2e%2f',
  '%',
  '%zz',
  '%ff',
  '__proto__',
  'constructor',
  'toString',
  '\u202e',
  '\ud800',
  '\udfff\ud800',
  '\u0085',
  '\u2028',
  '\ufeff',
  '☃',
  '🦊',
  'e\u0301',
  'ﬁ',
  "'",
  '"',
  '`',
  '<script>',
  '{{7*7}}',
  '$'.concat('{x}'),
  '\r\nX-A: b',
  '-1',
  '0',
  '-0',
  '1e309',
  'NaN',
  'Infinity',
  '0x10',
  '1.5',
  '9007199254740993',
  '99999999999999999999999',
  '{}',
  '[]',
  'null',
  'true',
  'undefined',
  '*',
  '?',
  '#',
  ';',
  'anon-00000000000000000000000000000000',
  '01h0000000000000000000000z',
  '01H0000000000000000000000Z',
  '2026-02-30',
  '0000-00-00',
  '2026-11-21T04:13:00+99:99',
  '9999-12-31',
  '-000001-01-01T00:00:00Z',
  '+275760-09-14',
  'Mars/Phobos',
  'a'.repeat(65),
  'a'.repeat(256),
  'é'.repeat(1001),
  'a'.repeat(4000),
] as const;

const odd = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...ODD) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
);

const DATES = fc.oneof(
  fc.constantFrom(
    '2026-11-21',
    '2020-01-01',
    '2030-12-31',
    '2026-11-21T00:00:00Z',
    '2026-11-21T09:00:00.123+09:00',
  ),
  fc
    .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
);

const QUERIES = fc
  .array(
    fc.constantFrom(
      'cat',
      '고양이',
      '-dog',
      '"two words"',
      '"',
      'steps:>20',
      'steps:1..40',
      'cfg:<=7.5',
      'seed:1',
      'tag:a',
      '-tag:a',
      'OR',
      'AND',
      '(',
      ')',
      'model:flux*',
      'rating:>=3',
      'favorite:true',
      'is:favorite',
      'recipe:x',
      'lora:a',
      'created:>2026-01-01',
      ':',
      'a:',
      ':b',
      '*',
      '?',
      '\\',
      '--',
      '-',
      'nosuch:1',
      'steps:',
      'steps:abc',
      'x'.repeat(300),
      '🦊',
      '\u0301',
    ),
    { maxLength: 6 },
  )
  .map((words) => words.join(' '));

const TAGS = fc.constantFrom('a', 'b', 'draft', 'final', '고양이', 'with space', 'e\u0301', 'A');

/** By the parameter's or member's name: what a client that read the documentation would send. */
const KNOWN: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  key: ref('file'),
  sid: fc.oneof(ref('search'), ref('share')),
  token: fc.oneof(ref('share token'), ref('download')),
  code: ref('code'),
  owner: ref('owner'),
  user_id: ref('owner'),
  to: DATES,
  from: DATES,
  from_date: DATES,
  to_date: DATES,
  q: QUERIES,
  tag: TAGS,
  tags: fc.array(TAGS, { maxLength: 4 }),
  tz: fc.constantFrom('UTC', 'Asia/Seoul', 'America/New_York', 'Pacific/Kiritimati', '+09:00'),
  cursor: ref('cursor'),
  name: ref('job'),
  page: fc.integer({ min: -1, max: 50 }).map(String),
  file: ref('asset'),
  job_id: fc.constantFrom('j', 'job-1'),
  varies: fc.constantFrom('seed', 'steps', 'cfg', 'lora:a'),
  x: fc.constantFrom('steps', 'cfg'),
  y: fc.constantFrom('cfg', 'seed'),
  'idempotency-key': fc.integer({ min: 0, max: 40 }).map((key) => `key-${key}`),
};

export interface Context {
  readonly document: OpenApi;
  readonly path: string;
}

/** A path or query parameter, or a header: text, a reference, or several of them. */
export function parameterValue(context: Context, name: string, schema: Schema): fc.Arbitrary<unknown> {
  const good = known(context.path, name) ?? jsonFor(context, schema, name).map(plainText);
  return fc.oneof({ weight: 9, arbitrary: good }, { weight: 1, arbitrary: odd });
}

function plainText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainText);
  return isRef(value) ? value : String(value);
}

/** Where the ids of a path's pictures are kept. */
export function poolOf(path: string): string {
  return `picture of ${/^\/s\/|\/(images|inputs|controls)/.exec(path)?.[0] ?? '/images'}`;
}

function known(path: string, name: string): fc.Arbitrary<unknown> | undefined {
  if (path.includes('/users/{id}') && name === 'id') return ref('owner');
  if (name === 'id' && path.endsWith('/copy'))
    return fc.oneof(ref('picture of /images'), ref('picture of /controls'));
  if (name === 'id' || name === 'ids')
    return name === 'id' ? ref(poolOf(path)) : fc.array(ref(poolOf(path)), { minLength: 1, maxLength: 8 });
  if (path.endsWith('/transfer') && name === 'to') return ref('owner');
  if (path === '/admin/{page}' && name === 'page') return fc.constantFrom('users', 'trash', 'jobs', 'audit');
  if (path.includes('/searches') && name === 'name') return fc.constantFrom('mine', 'other', '고양이');
  return KNOWN[name];
}

/** A JSON value that the schema allows (nearly always). */
export function jsonFor(context: Context, given: Schema, name = ''): fc.Arbitrary<unknown> {
  const schema = resolved(context.document, given);
  const special = name === '' ? undefined : known(context.path, name);
  if (special !== undefined) return special;
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  const several = schema['oneOf'] ?? schema['anyOf'];
  if (Array.isArray(several)) return fc.oneof(...several.map((one: Schema) => jsonFor(context, one)));
  const types = [schema['type']].flat();
  return fc.oneof(...types.map((type) => ofType(context, schema, type)));
}

function ofType(context: Context, schema: Schema, type: unknown): fc.Arbitrary<unknown> {
  const whole = { min: Number(schema['minimum'] ?? -5), max: Number(schema['maximum'] ?? 1000) };
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer(whole);
    case 'number':
      return fc.oneof(fc.integer(whole), fc.double({ min: 0, max: 1e6, noNaN: true }));
    case 'array':
      return fc.array(jsonFor(context, schema['items'] as Schema), { maxLength: 5 });
    case 'object':
      return objectOf(context, schema);
    default:
      return fc.oneof(
        TAGS,
        fc.string({ unit: 'grapheme', maxLength: Math.min(60, Number(schema['maxLength'] ?? 60)) }),
      );
  }
}

function objectOf(context: Context, schema: Schema): fc.Arbitrary<unknown> {
  const members = Object.entries((schema['properties'] as Record<string, Schema> | undefined) ?? {});
  const required = [schema['required'] ?? []].flat().map(String);
  const record = Object.fromEntries(members.map(([name, member]) => [name, jsonFor(context, member, name)]));
  return fc.record(record, { requiredKeys: required, noNullPrototype: true });
}

export const junk: fc.Arbitrary<unknown> = fc.oneof(
  odd,
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 2 ** 53, -(2 ** 63), 1e308, [], {}, [[]], [null], {
    a: 1,
  }),
  fc.constantFrom(
    JSON.parse('{"__proto__":{"admin":true}}'),
    JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`),
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

/** One node of a JSON value, counted from `at`, becomes something else; or a member more. */
export function mutated(value: unknown, at: number, into: unknown): unknown {
  const places: (() => unknown)[] = [() => into];
  const walk = (node: unknown, put: (changed: unknown) => unknown) => {
    if (typeof node !== 'object' || node === null || isRef(node)) return;
    if (Array.isArray(node)) places.push(() => put([...node, into]));
    else places.push(() => put({ ...node, more: into }));
    for (const [name, child] of Object.entries(node)) {
      const replace = (changed: unknown) =>
        put(
          Array.isArray(node)
            ? node.map((one: unknown, index) => (String(index) === name ? changed : one))
            : { ...node, [name]: changed },
        );
      places.push(() => replace(into));
      walk(child, replace);
    }
  };
  walk(value, (changed) => changed);
  return places[at % places.length]?.();
}

export const BROKEN_JSON = fc.constantFrom(
  '',
  ' ',
  '{',
  '}',
  '[',
  'null',
  '""',
  '1',
  '{"a":1,}',
  '{"a":1}{"b":2}',
  "{'a':1}",
  '\ufeff{}',
  '{"a":"\\ud800"}',
  '{"a":"\0"}',
  '{"a":1e999}',
  '[1,2',
  '{"ids":["a"],"ids":["b"],"action":"delete"}',
  '['.repeat(20_000),
  `{"a":${'{"a":'.repeat(3000)}1`,
  `{"prompt":"${'x'.repeat(300_000)}"}`,
  '\xff\xfe{}',
);

export { odd };
