import fc from 'fast-check';
import type { OpenApi, Operation } from './fuzz-schema.ts';
import { BROKEN_JSON, jsonFor, junk, mutated, odd, parameterValue } from './fuzz-values.ts';

export const CALLERS = [
  'owner',
  'other',
  'nobody',
  'forged',
  'service',
  'service for nobody',
  'admin',
  'session',
  'wrong token',
  'owner with a token',
] as const;
export type Caller = (typeof CALLERS)[number];

/** A request of the document, right or broken; references are filled in when it is sent. */
export interface FuzzRequest {
  /** `get /api/v1/me`, as the document has it. */
  readonly operation: string;
  readonly method: string;
  readonly template: string;
  readonly caller: Caller;
  readonly path: Readonly<Record<string, unknown>>;
  readonly query: readonly (readonly [string, unknown])[];
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: FuzzBody | undefined;
}

export type FuzzBody =
  | { readonly kind: 'json'; readonly value: unknown; readonly type: string }
  | { readonly kind: 'text'; readonly text: string; readonly type: string }
  | { readonly kind: 'form'; readonly file: FuzzFile; readonly meta: unknown; readonly owner: unknown };

/** A picture of `seed`, cut or followed by something, or something else altogether. */
export interface FuzzFile {
  readonly seed: number;
  readonly what: 'picture' | 'cut' | 'garbage' | 'none';
  readonly name: string;
  readonly type: string;
}

const HEADERS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'if-match': fc.constantFrom('"1"', '"2"', '*', 'W/"1"', '"', '1', '""'),
  'if-none-match': fc.oneof(
    fc.constantFrom('*', '"1"', 'x'),
    fc.nat(1000).map((at) => ({ $pool: 'etag', at })),
  ),
  range: fc.constantFrom(
    'bytes=0-9',
    'bytes=-1',
    'bytes=5-',
    'bytes=9-1',
    'bytes=0-0,1-1',
    'x=1',
    'bytes=',
    'bytes=99999999999999999999-',
  ),
  'if-range': fc.constantFrom('"x"', 'Sat, 21 Nov 2026 00:00:00 GMT'),
  'if-modified-since': fc.constantFrom('Sat, 21 Nov 2026 00:00:00 GMT', 'never'),
  origin: fc.constantFrom('null', 'https://evil.example', 'http://127.0.0.1', '', 'x'),
  'sec-fetch-site': fc.constantFrom('same-origin', 'cross-site', 'none', 'same-site', 'x'),
  accept: fc.constantFrom(
    'application/x-ndjson',
    'text/csv',
    'text/html',
    '*/*',
    'application/json',
    'image/avif',
    ',',
  ),
  'accept-language': fc.constantFrom('ko', 'ja-JP;q=0.5, en', 'xx', ';'),
  'accept-encoding': fc.constantFrom('gzip', 'br', 'identity;q=0', '*;q=0', 'zstd, gzip'),
  'x-user-id': fc.oneof(
    fc.constantFrom('u-a', '..', 'A'),
    fc.nat(1000).map((at) => ({ $pool: 'owner', at })),
  ),
  'x-forwarded-host': fc.constantFrom('evil.example', '127.0.0.1', ''),
  'x-http-method-override': fc.constantFrom('DELETE'),
  'content-encoding': fc.constantFrom('gzip', 'identity'),
};

const seldom = <T>(some: fc.Arbitrary<T[]>): fc.Arbitrary<T[]> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant<T[]>([]) }, { weight: 1, arbitrary: some });

/** Rarer than others: what walks the whole tree, and pages that are the same for everybody. */
const SELDOM = /\/admin\/(jobs|reindex|verify|thumbnails|users\/\{id\}\/transfer)|^get \/(?!api|outputs|s\/)/;

/** What everything else asks about has to be there. */
const OFTEN = /^post .*\/(images|upload|shares|zip)$/;

export function requestsOf(document: OpenApi): fc.Arbitrary<FuzzRequest> {
  const operations = Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const name = `${method} ${template}`;
      return {
        weight: SELDOM.test(name) ? 1 : OFTEN.test(name) ? 12 : 4,
        arbitrary: requestOf(document, template, method, operation),
      };
    }),
  );
  return fc.oneof(...operations);
}

function requestOf(
  document: OpenApi,
  template: string,
  method: string,
  operation: Operation,
): fc.Arbitrary<FuzzRequest> {
  const context = { document, path: template };
  const named = (where: string) => (operation.parameters ?? []).filter((parameter) => parameter.in === where);
  const path = fc.record(
    Object.fromEntries(
      named('path').map(({ name, schema }) => [name, parameterValue(context, name, schema)]),
    ),
    { noNullPrototype: true },
  );
  const pairs = (of: readonly (readonly [string, fc.Arbitrary<unknown>])[], most: number) => {
    const any = of.map(([name, value]) => fc.tuple(fc.constant(name), value));
    return any.length === 0
      ? fc.constant<[string, unknown][]>([])
      : fc.array(fc.oneof(...any), { maxLength: most });
  };
  const parameters = (where: string) =>
    named(where).map(({ name, schema }) => [name, parameterValue(context, name, schema)] as const);
  const required = named('query').filter((parameter) => parameter.required === true);
  const query = fc
    .tuple(
      fc.tuple(
        ...required.map(({ name, schema }) =>
          fc.tuple(fc.constant(name), parameterValue(context, name, schema)),
        ),
      ),
      pairs(parameters('query'), 3),
      seldom(
        pairs(
          [
            ['owner', odd],
            ['x', odd],
            ['page', odd],
            ['q', odd],
            ['', odd],
            ['token', odd],
          ],
          1,
        ),
      ),
    )
    .map((sent) => sent.flat());
  const headers = fc
    .tuple(pairs(parameters('header'), 1), seldom(pairs(Object.entries(HEADERS), 4)))
    .map((sent) => sent.flat());
  return fc
    .record({
      path,
      query,
      headers,
      caller: callerOf(template, method),
      body: bodyOf(context, operation),
      odd: fc.nat(79),
    })
    .map(({ odd: turn, query: sent, headers: given, ...rest }) => ({
      operation: `${method} ${template}`,
      template,
      // now and then by another method than the document's
      method: (['HEAD', 'OPTIONS', 'PUT', 'DELETE'][turn] ?? method).toUpperCase(),
      ...rest,
      query: sent,
      headers: Object.fromEntries(given),
    }));
}

/** Mostly somebody who may; else anybody. */
function callerOf(template: string, method: string): fc.Arbitrary<Caller> {
  const likely: readonly Caller[] = template.includes('/admin/')
    ? ['admin', 'session']
    : template === '/metrics'
      ? ['admin']
      : template === '/api/v1/images' && method === 'post'
        ? ['service']
        : ['owner', 'other', 'service'];
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...likely) },
    { weight: 1, arbitrary: fc.constantFrom(...CALLERS) },
  );
}

function bodyOf(
  context: Parameters<typeof jsonFor>[0],
  operation: Operation,
): fc.Arbitrary<FuzzBody | undefined> {
  const content = operation.requestBody?.content ?? {};
  const stray = fc.oneof(
    { weight: 30, arbitrary: fc.constant(undefined) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('text' as const),
        text: BROKEN_JSON,
        type: fc.constant('application/json'),
      }),
    },
  );
  if ('multipart/form-data' in content) return formBody();
  const schema = content['application/json']?.schema;
  if (schema === undefined) return stray;
  const good = jsonFor(context, schema);
  const json = (value: fc.Arbitrary<unknown>) =>
    fc.record({ kind: fc.constant('json' as const), value, type: fc.constant('application/json') });
  return fc.oneof(
    { weight: 12, arbitrary: json(good) },
    {
      weight: 6,
      arbitrary: json(
        fc.tuple(good, fc.nat(1000), junk).map(([value, at, into]) => mutated(value, at, into)),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('text' as const),
        text: BROKEN_JSON,
        type: fc.constant('application/json'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('json' as const),
        value: good,
        type: fc.constantFrom(
          '',
          'text/plain',
          'application/json; charset=utf-16',
          'application/x-www-form-urlencoded',
          'multipart/form-data',
          'x',
        ),
      }),
    },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

const META = fc.record(
  {
    prompt: odd,
    negative_prompt: odd,
    seed: fc.oneof(fc.nat(), fc.constantFrom('18446744073709551615', '-1', 'x', '1.5')),
    steps: fc.oneof(fc.nat(200), fc.double()),
    cfg: fc.double(),
    model: odd,
    loras: fc.array(fc.record({ name: odd, weight: fc.double() }), { maxLength: 3 }),
    tags: fc.array(odd, { maxLength: 4 }),
    rating: fc.integer({ min: -1, max: 6 }),
    favorite: fc.boolean(),
    job_id: fc.constantFrom('j', 'job-1'),
    parents: fc.array(
      fc.record({
        kind: fc.constantFrom('generated', 'inputs', 'x'),
        id: fc.nat(1000).map((at) => ({ $pool: 'picture of /images', at })),
        role: odd,
      }),
      { maxLength: 2 },
    ),
    created_at: fc.constantFrom(
      '2026-01-02T03:04:05.006Z',
      '1969-12-31T23:59:59Z',
      '9999-12-31T23:59:59.999Z',
      'x',
      '2024-02-30T00:00:00Z',
    ),
    workflow_id: odd,
    more: junk,
  },
  { requiredKeys: [], noNullPrototype: true },
);

function formBody(): fc.Arbitrary<FuzzBody | undefined> {
  const file = fc.record({
    seed: fc.nat(60),
    what: fc.oneof(
      { weight: 8, arbitrary: fc.constant('picture' as const) },
      { weight: 5, arbitrary: fc.constantFrom('cut' as const, 'garbage' as const, 'none' as const) },
    ),
    name: fc.oneof(fc.constant('picture.png'), odd),
    type: fc.constantFrom('image/png', 'text/html', '', 'image/svg+xml'),
  });
  const meta = fc.oneof(
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 3, arbitrary: META },
    { weight: 1, arbitrary: BROKEN_JSON },
  );
  const owner = fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: odd });
  return fc.oneof(
    { weight: 15, arbitrary: fc.record({ kind: fc.constant('form' as const), file, meta, owner }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('text' as const),
        text: BROKEN_JSON,
        type: fc.constantFrom(
          'multipart/form-data; boundary=x',
          'multipart/form-data',
          'image/png',
          'application/json',
          '',
        ),
      }),
    },
  );
}
