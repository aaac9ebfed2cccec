import { type OpenApi, type Operation, resolved, type Schema } from './fuzz-schema.ts';

/** Where a caller puts texts, as the OpenAPI document has it. */

/** One text of a request that a caller chooses. */
export interface Position {
  readonly where: 'path' | 'query' | 'header' | 'json' | 'part';
  readonly name: string;
}

export const shownPosition = ({ where, name }: Position): string => `${where} ${name}`;

export function operationOf(document: OpenApi, name: string): Operation {
  const [method = '', template = ''] = name.split(' ');
  const operation = document.paths[template]?.[method];
  if (operation === undefined) throw new Error(`${name} is not in the document`);
  return operation;
}

/** Names of all operations, `get /api/v1/me`. */
export function operationsOf(document: OpenApi): string[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
}

/** Every text of this operation that a caller chooses: parameters, and members of the body that may be texts. */
export function positionsOf(document: OpenApi, operation: string): Position[] {
  const { parameters = [], requestBody } = operationOf(document, operation);
  const named = parameters.map(({ in: where, name }): Position => {
    return { where: where === 'path' ? 'path' : where === 'header' ? 'header' : 'query', name };
  });
  const content = requestBody?.content ?? {};
  const json = content['application/json']?.schema;
  const form = content['multipart/form-data'] === undefined ? [] : ['owner', 'meta', 'filename', 'parents'];
  const members = json === undefined ? [] : [...new Set(textsOf(document, json))];
  return [
    ...named,
    ...members.map((name): Position => ({ where: 'json', name })),
    ...form.map((name): Position => ({ where: 'part', name })),
  ];
}

/** Members of an object that hold texts, or lists of them; those of `query` by their own names, `query.q`. */
function textsOf(document: OpenApi, given: Schema, prefix = ''): string[] {
  const schema = resolved(document, given);
  const choices = ['oneOf', 'anyOf', 'allOf'].flatMap((word) => schemasIn(schema[word]));
  const found = choices.flatMap((choice) => textsOf(document, choice, prefix));
  const properties = Object.entries((schema['properties'] as Record<string, Schema> | undefined) ?? {}); // ours
  for (const [name, member] of properties) {
    const inner = resolved(document, member);
    if (inner['type'] === 'object') found.push(...textsOf(document, inner, `${prefix}${name}.`));
    else if (isText(document, inner)) found.push(prefix + name);
  }
  return found;
}

const schemasIn = (value: unknown): readonly Schema[] => (Array.isArray(value) ? value : []);

function isText(document: OpenApi, schema: Schema): boolean {
  if ([schema['type']].flat().includes('string')) return true;
  const { items } = schema;
  if (schemasIn(schema['anyOf']).some((one) => isText(document, resolved(document, one)))) return true;
  return typeof items === 'object' && items !== null && isText(document, resolved(document, { ...items }));
}
