import { isObject, MAX_NODES } from './graph.ts';

/** Classes whose first widget is their text, as it has been in every version. */
const TEXT_WIDGETS: { readonly [type: string]: string } = {
  CLIPTextEncode: 'text',
  PrimitiveString: 'value',
  PrimitiveStringMultiline: 'value',
  PrimitiveNode: 'value',
};
const MUTED = 2;
const BYPASSED = 4;

interface Origin {
  readonly id: string;
  readonly slot: number;
}

interface ApiNode {
  readonly class_type: string;
  readonly inputs: { readonly [name: string]: unknown };
  readonly _meta: { readonly title: string };
}

/**
 * The editor's graph in the shape of an API graph, as far as that is certain: what is linked to what, and the texts
 * of nodes whose only widget is a text. Muted nodes are left out, bypassed ones only pass on. Undefined when it is no
 * such graph.
 */
export function apiGraphOf(workflow: unknown): { readonly [id: string]: ApiNode } | undefined {
  if (!isObject(workflow) || !Array.isArray(workflow['nodes']) || workflow['nodes'].length > MAX_NODES) {
    return undefined;
  }
  const origins = originsOf(workflow['links']);
  const nodes = workflow['nodes'].map((node: unknown) => apiNode(node, origins));
  return Object.fromEntries(nodes.filter((node) => node !== undefined));
}

/** By the link's number: `[id, from node, from slot, to node, to slot, type]`, or an object of these. */
function originsOf(links: unknown): ReadonlyMap<unknown, Origin> {
  const origins = new Map<unknown, Origin>();
  for (const link of Array.isArray(links) ? links : []) {
    const [id, from, slot]: readonly unknown[] = Array.isArray(link)
      ? link
      : isObject(link)
        ? [link['id'], link['origin_id'], link['origin_slot']]
        : [];
    if (isId(from) && typeof slot === 'number') origins.set(id, { id: String(from), slot });
  }
  return origins;
}

function isId(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function apiNode(
  value: unknown,
  origins: ReadonlyMap<unknown, Origin>,
): readonly [id: string, node: ApiNode] | undefined {
  if (!isObject(value)) return undefined;
  const { id, type, mode, title } = value;
  if (!isId(id) || typeof type !== 'string' || mode === MUTED) return undefined;
  const links = linkedInputs(value['inputs'], origins);
  const widgets = mode === BYPASSED ? {} : textWidget(type, value['widgets_values']);
  const node: ApiNode = {
    class_type: mode === BYPASSED ? 'Bypassed' : type,
    // A widget that was made an input has a link as well, and the link counts.
    inputs: { ...widgets, ...links },
    _meta: { title: typeof title === 'string' ? title : '' },
  };
  return [String(id), node];
}

function linkedInputs(
  inputs: unknown,
  origins: ReadonlyMap<unknown, Origin>,
): { readonly [name: string]: readonly [string, number] } {
  const links: [string, readonly [string, number]][] = [];
  for (const input of Array.isArray(inputs) ? inputs : []) {
    if (!isObject(input) || typeof input['name'] !== 'string') continue;
    const origin = origins.get(input['link']);
    if (origin !== undefined) links.push([input['name'], [origin.id, origin.slot]]);
  }
  return Object.fromEntries(links);
}

function textWidget(type: string, values: unknown): { readonly [name: string]: string } {
  const name = Object.hasOwn(TEXT_WIDGETS, type) ? TEXT_WIDGETS[type] : undefined;
  const first: unknown = Array.isArray(values) ? values[0] : undefined;
  return name === undefined || typeof first !== 'string' ? {} : { [name]: first };
}
