import type { FuzzAnswer, Pools } from './fuzz-client.ts';
import type { FuzzRequest } from './fuzz-requests.ts';
import { mismatches, type OpenApi } from './fuzz-schema.ts';
import { poolOf } from './fuzz-values.ts';

/** 5xx that say no more than the truth: nothing is set up for it; an admin is moving this owner at this moment. */
const HONEST = new Set(['not_configured', 'owner_moved']);

interface ProblemLike {
  readonly code?: string;
  readonly status?: number;
}

/** What is wrong with an answer, in words; empty when the document has it. */
export function faultsOf(document: OpenApi, made: FuzzRequest, answer: FuzzAnswer): string[] {
  const { status, headers, body } = answer;
  const tell = (words: string) => `${made.operation} → ${status} ${words} ${body.toString('utf8', 0, 300)}`;
  const type = (headers['content-type'] ?? '').split(';')[0] ?? '';
  const problem = type === 'application/problem+json' ? (parsed(body) as ProblemLike | undefined) : undefined;
  const faults: string[] = [];
  if (status >= 500 && !HONEST.has(problem?.code ?? '')) faults.push(tell('failure of ours'));
  if (headers['x-content-type-options'] !== 'nosniff') faults.push(tell('no nosniff'));
  if (/node_modules|\bat .*\.ts:\d/.test(type.includes('json') ? body.toString() : ''))
    faults.push(tell('tells of our code'));
  if (type === 'application/problem+json' && made.method !== 'HEAD' && problem?.status !== status)
    faults.push(tell('the problem has another status'));
  const [method] = made.operation.split(' ');
  const asDocumented = made.method === method?.toUpperCase() || (made.method === 'HEAD' && method === 'get');
  if (!asDocumented) {
    if (status < 400 && made.method !== 'OPTIONS' && !otherOperation(document, made))
      faults.push(tell('by no method of the document'));
    return faults;
  }
  return [...faults, ...againstDocument(document, made, answer, type).map(tell)];
}

function otherOperation(document: OpenApi, { template, method }: FuzzRequest): boolean {
  const methods = document.paths[template] ?? {};
  return method.toLowerCase() in methods || (method === 'HEAD' && 'get' in methods);
}

function againstDocument(document: OpenApi, made: FuzzRequest, answer: FuzzAnswer, type: string): string[] {
  const operation = document.paths[made.template]?.[made.operation.split(' ')[0] ?? ''];
  const { status, body } = answer;
  // an empty or odd part of a path is a path of something else, or of nothing
  if (elsewhere(made, answer)) return [];
  const documented =
    operation?.responses[String(status)] ?? (status >= 400 ? operation?.responses['default'] : undefined);
  if (documented === undefined) return ['is no status of the document'];
  if (made.method === 'HEAD' || status === 304 || documented.content === undefined) return [];
  const content =
    documented.content[type] ??
    (status >= 400 ? operation?.responses['default']?.content?.[type] : undefined);
  if (content === undefined)
    return [`is ${type || 'without a type'}, the document has ${Object.keys(documented.content)}`];
  if (!/json$/.test(type) || content.schema === undefined) return [];
  const texts = type === 'application/x-ndjson' ? [] : [body];
  return texts.flatMap((one) => {
    const value = parsed(one);
    return value === undefined
      ? ['is no JSON']
      : mismatches(document, content.schema ?? {}, value).slice(0, 3);
  });
}

/** Dots and slashes in a path make it another one: whatever is there answers. */
function elsewhere({ path }: FuzzRequest, { status }: FuzzAnswer): boolean {
  const odd = Object.values(path).some(
    (value) => typeof value === 'string' && /^\.*$|[/\\%?#]|^\s*$/.test(value),
  );
  return odd && status < 500;
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Takes from an answer what later requests can ask with. */
export function learn(pools: Pools, { template }: FuzzRequest, { status, headers, body }: FuzzAnswer): void {
  pools.add('etag', headers.etag);
  if (status >= 300 || headers['content-type'] !== 'application/json' || body.length > 200_000) return;
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.slice(0, 5).forEach(visit);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, one] of Object.entries(value)) {
        if (typeof one === 'string') take(name, one);
        else visit(one);
      }
    }
  };
  const take = (name: string, value: string): void => {
    const last = value.slice(value.lastIndexOf('/') + 1);
    if (name === 'id') pools.add(template.includes('/searches') ? 'search' : poolOf(template), value);
    else if (name === 'sid') pools.add('share', value);
    else if (name === 'code') pools.add('code', value);
    else if (name === 'next_cursor') pools.add('cursor', value);
    else if (/url$/.test(name) && value.includes('/outputs/'))
      pools.add('file', value.replace(/^.*\/outputs\/|\?.*$/g, ''));
    else if (name === 'url' && value.includes('/s/')) pools.add('share token', last);
    else if (name === 'url' && value.includes('/downloads/')) pools.add('download', last);
  };
  visit(parsed(body));
}
