import { createHash } from 'node:crypto';
import { OpenAPIHono } from '@hono/zod-openapi';
import type { DocumentedRoute } from './kit.ts';
import type { Access } from './middleware/admission.ts';

export type OpenApiDocument = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

const SECURITY: Record<Access['who'], Record<string, string[]>[]> = {
  public: [],
  owner: [{ cookie: [] }, { service: [] }],
  service: [{ service: [] }],
  file: [{ cookie: [] }, { service: [] }, { admin: [] }],
  admin: [{ admin: [] }],
  share: [],
  metrics: [{ metrics: [] }, { admin: [] }],
};

/** OpenAPI 3.1 of exactly the routes that are served, from the schemas that check them. */
export function openApiDocument(routes: readonly DocumentedRoute[], basePath: string): OpenApiDocument {
  const holder = new OpenAPIHono();
  const registry = holder.openAPIRegistry;
  const bearer = { type: 'http', scheme: 'bearer' } as const;
  registry.registerComponent('securitySchemes', 'cookie', { type: 'apiKey', in: 'cookie', name: 'anon_id' });
  for (const name of ['service', 'admin', 'metrics'])
    registry.registerComponent('securitySchemes', name, bearer);
  for (const { route, access } of routes) registry.registerPath({ ...route, security: SECURITY[access.who] });
  return holder.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Kiroku',
      version: '1',
      description:
        'Image history server. A browser calls `GET /api/v1/me` first and gets its cookie; a pipeline sends ' +
        '`Authorization: Bearer SERVICE_TOKEN` and says whose pictures it means.',
    },
    servers: [{ url: basePath === '' ? '/' : basePath }],
  });
}

const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:60rem;margin:2rem auto;padding:0 1rem}
h2{margin-top:2.5rem}code,pre{font:.9em ui-monospace,monospace}
details{border:1px solid #8886;border-radius:.4rem;margin:.4rem 0;padding:.4rem .8rem}
summary{cursor:pointer}b.m{display:inline-block;min-width:4rem}
table{border-collapse:collapse;width:100%}td,th{border-top:1px solid #8884;padding:.2rem .6rem .2rem 0;text-align:left;vertical-align:top}
pre{overflow:auto;background:#8881;padding:.6rem}`;

/** Nothing but its own style sheet: no script, no request to anywhere. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The document as a page to read. */
export function docsPage(document: OpenApiDocument, basePath: string): string {
  const byTag = new Map<string, string[]>();
  for (const [path, methods] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation?.tags?.[0] ?? 'other';
      byTag.set(tag, [...(byTag.get(tag) ?? []), operationOf(method, `${basePath}${path}`, operation)]);
    }
  }
  const sections = [...byTag].map(([tag, operations]) => `<h2>${esc(tag)}</h2>${operations.join('')}`);
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) =>
      `<details id="schema-${esc(name)}"><summary><code>${esc(name)}</code></summary><pre>${esc(JSON.stringify(schema, null, 2))}</pre></details>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Kiroku API</title><style>${STYLE}</style><h1>Kiroku API</h1><p>${prose(document.info.description ?? '')}</p>
<p><a href="${esc(basePath)}/openapi.json">openapi.json</a></p>${sections.join('')}<h2>Schemas</h2>${schemas.join('')}</html>`;
}

type Operation = NonNullable<NonNullable<OpenApiDocument['paths']>[string]['get']>;

function operationOf(method: string, path: string, operation: Operation): string {
  const parameters = (operation.parameters ?? []).map((parameter) =>
    '$ref' in parameter
      ? ''
      : `<tr><td><code>${esc(parameter.name)}</code><td>${esc(parameter.in)}<td>${prose(parameter.description ?? schemaText(parameter.schema))}`,
  );
  const bodies = 'content' in (operation.requestBody ?? {}) ? contentText(operation.requestBody) : '';
  const answers = Object.entries(operation.responses ?? {}).map(
    ([status, answer]) =>
      `<tr><td><code>${esc(status)}</code><td>${prose('description' in answer ? answer.description : '')}<td>${contentText(answer)}`,
  );
  return `<details><summary><b class="m">${esc(method.toUpperCase())}</b> <code>${esc(path)}</code> ${prose(operation.summary ?? '')}</summary>
<table>${parameters.join('')}</table>${bodies === '' ? '' : `<p>Body: ${bodies}</p>`}<table>${answers.join('')}</table></details>`;
}

function contentText(holder: unknown): string {
  const content =
    typeof holder === 'object' && holder !== null && 'content' in holder ? holder.content : undefined;
  if (typeof content !== 'object' || content === null) return '';
  return Object.entries(content)
    .map(([type, media]) => `<code>${esc(type)}</code> ${schemaLink(media)}`)
    .join(' ');
}

function schemaLink(media: unknown): string {
  const ref = /"\$ref":"#\/components\/schemas\/([A-Za-z]+)"/.exec(JSON.stringify(media))?.[1];
  return ref === undefined ? '' : `<a href="#schema-${ref}">${ref}</a>`;
}

function schemaText(schema: unknown): string {
  return schema === undefined ? '' : JSON.stringify(schema);
}

/** Markdown as far as our own descriptions use it: code in backticks. */
function prose(text: string): string {
  return esc(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

function esc(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
