import type { Holder } from './access-people.ts';
import { operationOf, type Position } from './access-positions.ts';
import { filePart, multipart, type Part } from './calls.ts';
import type { OpenApi } from './fuzz-schema.ts';
import { tinyPng } from './png.ts';

/** A right request of one operation, before anything in it is exchanged. */
export interface AccessRequest {
  readonly operation: string;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: Readonly<Record<string, unknown>> | undefined;
  /** Parts of an upload. */
  readonly parts: readonly Part[] | undefined;
}

const familyOf = (template: string): 'images' | 'inputs' | 'controls' => {
  const [, family] = /^\/api\/v1\/(?:admin\/)?(images|inputs|controls)\//.exec(template) ?? [];
  return family === 'inputs' || family === 'controls' ? family : 'images';
};

/** What stands for the `{…}` of a path. */
function pathValues(template: string, holder: Holder): Record<string, string> {
  const downloads = template.includes('/downloads/');
  return {
    id: template.includes('/users/{id}') ? holder.owner : holder[familyOf(template)],
    sid: template.includes('/searches/') ? holder.search : holder.sid,
    token: downloads ? holder.download : holder.token,
    key: holder.key,
    job_id: holder.word,
    name: 'comfy-inputs',
    page: 'users',
    file: template.startsWith('/icons') ? 'icon-192.png' : 'none.js',
  };
}

/** A body that is right, and does as little as there is to do. */
function jsonFor(template: string, holder: Holder): Record<string, unknown> {
  const id = holder[familyOf(template)];
  if (template.endsWith('/bulk')) return { action: 'favorite', ids: [id] };
  if (template.endsWith('/zip')) return { ids: [id] };
  if (template.endsWith('/shares')) return { ids: [id], expires_in: 60, name: holder.word };
  if (template.endsWith('/place')) return { job_id: holder.word };
  if (template.endsWith('/copy')) return { source: 'generated', id: holder.images };
  if (template.endsWith('/recover')) return { code: holder.code, merge: false };
  if (template.includes('/searches'))
    return { name: `${holder.word} ${holder.secret}`, query: { q: holder.word, tag: ['a'] } };
  if (template.endsWith('/transfer')) return { to: holder.owner, dry_run: true };
  if (template.endsWith('/quota')) return { max_count: null };
  if (template.endsWith('/restore-backup')) return { ticket: '0'.repeat(32), user_id: holder.owner };
  if (template.endsWith('/verify')) return { user_id: holder.owner };
  if (/(purge-trash|thumbnails|reindex)$/.test(template)) return { user_id: holder.owner, dry_run: true };
  if (template.includes('/admin/')) return { user_id: holder.owner };
  return { tags: [holder.word] };
}

function partsFor(holder: Holder): Part[] {
  return [
    { name: 'owner', body: holder.owner },
    { name: 'meta', body: JSON.stringify({ prompt: holder.word }) },
    filePart(tinyPng(holder.seed, 8), 'picture.png'),
  ];
}

/** The operation as this holder would ask it, about its own. */
export function requestOf(document: OpenApi, operation: string, holder: Holder): AccessRequest {
  const [, template = ''] = operation.split(' ');
  const content = operationOf(document, operation).requestBody?.content ?? {};
  const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const values = pathValues(template, holder);
  return {
    operation,
    path: Object.fromEntries(names.map((name) => [name, values[name] ?? ''])),
    query: /^get .*\/admin\/(images|inputs|controls)$/.test(operation) ? { user_id: holder.owner } : {},
    headers: {},
    json: content['application/json'] === undefined ? undefined : jsonFor(template, holder),
    parts: content['multipart/form-data'] === undefined ? undefined : partsFor(holder),
  };
}

/** The same request with another text there. */
export function withText(request: AccessRequest, { where, name }: Position, text: string): AccessRequest {
  switch (where) {
    case 'path':
      return { ...request, path: { ...request.path, [name]: text } };
    case 'query':
      return { ...request, query: { ...request.query, [name]: text } };
    case 'header':
      return { ...request, headers: { ...request.headers, [name]: text } };
    case 'json':
      return { ...request, json: withMember(request.json ?? {}, name.split('.'), text) };
    case 'part':
      return { ...request, parts: (request.parts ?? []).map((part) => partWith(part, name, text)) };
  }
}

function withMember(
  value: Readonly<Record<string, unknown>>,
  [name = '', ...rest]: readonly string[],
  text: string,
): Record<string, unknown> {
  const inner = value[name];
  if (rest.length > 0) return { ...value, [name]: withMember({ ...Object(inner) }, rest, text) };
  return { ...value, [name]: Array.isArray(inner) || /^(ids|tags|lora)$/.test(name) ? [text] : text };
}

function partWith(part: Part, name: string, text: string): Part {
  if (name === 'filename' && part.name === 'file')
    return { ...part, filename: text.replace(/[\r\n"]/g, '_') };
  if (name === 'parents' && part.name === 'meta') {
    return { ...part, body: JSON.stringify({ parents: [{ kind: 'generated', id: text, role: 'init' }] }) };
  }
  if (name === part.name) return { ...part, body: name === 'meta' ? JSON.stringify({ prompt: text }) : text };
  return part;
}

const encoded = (text: string) => encodeURIComponent(text.toWellFormed());

export interface Encoded {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
}

/**
 * As it goes out.
 * @param asIs texts of the path are sent as they are written, and not encoded
 */
export function encodedRequest(request: AccessRequest, asIs = false): Encoded {
  const [method = '', template = ''] = request.operation.split(' ');
  const path = template.replace(/\{(\w+)\}/g, (_all, name: string) => {
    const text = request.path[name] ?? '';
    return asIs ? text : name === 'key' ? text.split('/').map(encoded).join('/') : encoded(text);
  });
  const query = Object.entries(request.query).map(([name, text]) => `${name}=${encoded(text)}`);
  const form = request.parts === undefined ? undefined : multipart(request.parts);
  const json = request.json === undefined ? undefined : Buffer.from(JSON.stringify(request.json));
  const type = form?.type ?? (json === undefined ? undefined : 'application/json');
  return {
    method: method.toUpperCase(),
    target: query.length === 0 ? path : `${path}?${query.join('&')}`,
    headers: { ...request.headers, ...(type === undefined ? {} : { 'content-type': type }) },
    body: form?.body ?? json,
  };
}
