/** JSON Schema, as far as our own OpenAPI document uses it: an unknown keyword is an error, so that nothing goes unchecked. */
export type Schema = Readonly<Record<string, unknown>>;

export interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> };
  readonly responses: Readonly<Record<string, DocumentedAnswer>>;
}

export interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

export interface DocumentedAnswer {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const SAYS_NOTHING = new Set(['description', 'example', 'default', 'title', 'format']);

export function resolved(document: OpenApi, schema: Schema): Schema {
  const { $ref } = schema;
  if (typeof $ref !== 'string') return schema;
  const target = document.components.schemas[$ref.slice($ref.lastIndexOf('/') + 1)];
  if (target === undefined) throw new Error(`${$ref} is not in the document`);
  return resolved(document, target);
}

/** Where a value is not as the schema says, in words; empty when it is. */
export function mismatches(document: OpenApi, given: Schema, value: unknown, at = '$'): string[] {
  const schema = resolved(document, given);
  return Object.entries(schema).flatMap(([keyword, wanted]) => {
    if (SAYS_NOTHING.has(keyword)) return [];
    const check = CHECKS[keyword];
    if (check === undefined) throw new Error(`the document uses ${keyword}, which is not checked`);
    return check(wanted, value, { document, schema, at });
  });
}

interface Place {
  readonly document: OpenApi;
  readonly schema: Schema;
  readonly at: string;
}

type Check = (wanted: unknown, value: unknown, place: Place) => string[];

const schemas = (wanted: unknown) => wanted as readonly Schema[]; // the document is ours: its shape is what OpenAPI says
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const bound = (measure: (value: unknown) => number | undefined, holds: (a: number, b: number) => boolean) => {
  return (wanted: unknown, value: unknown, { at }: Place): string[] => {
    const size = measure(value);
    return size === undefined || holds(size, Number(wanted)) ? [] : [`${at}: ${size} against ${wanted}`];
  };
};
const number = (value: unknown) => (typeof value === 'number' ? value : undefined);
const letters = (value: unknown) => (typeof value === 'string' ? [...value].length : undefined);
const elements = (value: unknown) => (Array.isArray(value) ? value.length : undefined);
const least = (size: number, wanted: number) => size >= wanted;
const most = (size: number, wanted: number) => size <= wanted;

const CHECKS: Readonly<Record<string, Check>> = {
  type: (wanted, value, { at }) =>
    [wanted].flat().some((type) => isOfType(type, value))
      ? []
      : [`${at}: ${JSON.stringify(value)} is no ${wanted}`],
  enum: (wanted, value, { at }) =>
    [wanted].flat().includes(value) ? [] : [`${at}: ${JSON.stringify(value)} is none of ${wanted}`],
  const: (wanted, value, { at }) =>
    value === wanted ? [] : [`${at}: ${JSON.stringify(value)} is not ${wanted}`],
  minimum: bound(number, least),
  maximum: bound(number, most),
  minLength: bound(letters, least),
  maxLength: bound(letters, most),
  minItems: bound(elements, least),
  maxItems: bound(elements, most),
  items: (wanted, value, { document, at }) =>
    Array.isArray(value)
      ? value.flatMap((one: unknown, index) => mismatches(document, wanted as Schema, one, `${at}[${index}]`))
      : [],
  required: (wanted, value, { at }) =>
    isObject(value)
      ? [wanted]
          .flat()
          .flatMap((name) => (Object.hasOwn(value, String(name)) ? [] : [`${at}.${name} is missing`]))
      : [],
  properties: (wanted, value, { document, at }) =>
    isObject(value)
      ? Object.entries(wanted as Record<string, Schema>).flatMap(([name, schema]) =>
          Object.hasOwn(value, name) ? mismatches(document, schema, value[name], `${at}.${name}`) : [],
        )
      : [],
  additionalProperties: (wanted, value, { document, schema, at }) => {
    if (!isObject(value) || wanted === true) return [];
    const known = Object.keys((schema['properties'] as object | undefined) ?? {});
    const more = Object.keys(value).filter((name) => !known.includes(name));
    if (wanted === false) return more.map((name) => `${at}.${name} is not in the document`);
    return more.flatMap((name) => mismatches(document, wanted as Schema, value[name], `${at}.${name}`));
  },
  allOf: (wanted, value, { document, at }) =>
    schemas(wanted).flatMap((schema) => mismatches(document, schema, value, at)),
  anyOf: (wanted, value, { document, at }) => choice(schemas(wanted), document, value, at, 1),
  oneOf: (wanted, value, { document, at }) => choice(schemas(wanted), document, value, at, 0),
};

/** @param more 1 where several may fit */
function choice(of: readonly Schema[], document: OpenApi, value: unknown, at: string, more: 0 | 1): string[] {
  const found = of.map((schema) => mismatches(document, schema, value, at));
  const fit = found.filter((faults) => faults.length === 0).length;
  if (fit === 1 || (fit > 1 && more === 1)) return [];
  return [`${at}: fits ${fit} of ${of.length} (${found.map(([first = 'fits']) => first).join('; ')})`];
}

function isOfType(type: unknown, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}
