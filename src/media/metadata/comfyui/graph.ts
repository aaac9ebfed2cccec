/** One node of an API graph. Ids are texts: they may hold colons (`12:3`, an expanded subgraph) and need not be numbers. */
export interface GraphNode {
  readonly id: string;
  readonly type: string;
  /** As the user named it; `''` where unknown. */
  readonly title: string;
  readonly inputs: Inputs;
}

/** What a node was given, by name: like a map, without making one of each of 20,000 nodes. */
export interface Inputs {
  readonly size: number;
  has(name: string): boolean;
  get(name: string): unknown;
  /** In the order in which they are written, at most 512; those that are too long for a name are left out. */
  names(): readonly string[];
}

/** The other end of an input: an output of another node. */
export interface Link {
  readonly node: GraphNode;
  readonly slot: number;
}

export type Graph = ReadonlyMap<string, GraphNode>;

/** Larger graphs are not read; the largest known ones have a few hundred nodes. */
export const MAX_NODES = 20_000;
/** Characters of a class or a title that are looked at; an input's name that is longer is not. */
const MAX_NAME = 200;
/** Inputs of one node that are looked at. */
const MAX_INPUTS = 512;

export function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The API graph (`id -> {class_type, inputs, _meta}`) as nodes; entries without a class are left out.
 * @param value parsed JSON, from anybody
 * @returns undefined when no entry has a class, or there are too many
 */
export function readGraph(value: unknown): Graph | undefined {
  if (!isObject(value)) return undefined;
  const graph = new Map<string, GraphNode>();
  for (const [id, entry] of Object.entries(value)) {
    if (!isObject(entry) || typeof entry['class_type'] !== 'string') continue;
    if (graph.size >= MAX_NODES) return undefined;
    const meta = entry['_meta'];
    const title = isObject(meta) && typeof meta['title'] === 'string' ? meta['title'].slice(0, MAX_NAME) : '';
    const given = entry['inputs'];
    const type = entry['class_type'].slice(0, MAX_NAME);
    graph.set(id, { id, type, title, inputs: new NodeInputs(isObject(given) ? given : {}) });
  }
  return graph.size === 0 ? undefined : graph;
}

/** A class, so that 20,000 nodes do not each have functions of their own. */
class NodeInputs implements Inputs {
  readonly #given: { readonly [name: string]: unknown };
  #names: readonly string[] | undefined;

  constructor(given: { readonly [name: string]: unknown }) {
    this.#given = given;
  }

  get size(): number {
    return this.names().length;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#given, name);
  }

  get(name: string): unknown {
    return Object.hasOwn(this.#given, name) ? this.#given[name] : undefined;
  }

  names(): readonly string[] {
    this.#names ??= Object.keys(this.#given)
      .filter((name) => name.length <= MAX_NAME)
      .slice(0, MAX_INPUTS);
    return this.#names;
  }
}

/** An array of two whose second is an output's number: a link, if its first names a node. */
export function isLinkShaped(value: unknown): value is readonly [string | number, number] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    (typeof value[0] === 'string' || typeof value[0] === 'number') &&
    Number.isInteger(value[1]) &&
    Number(value[1]) >= 0
  );
}

/** What this input is linked to; undefined for a literal, for nothing, and for a node that is not there. */
export function linkOf(graph: Graph, node: GraphNode, name: string): Link | undefined {
  const value = node.inputs.get(name);
  if (!isLinkShaped(value)) return undefined;
  const target = graph.get(String(value[0]));
  return target === undefined ? undefined : { node: target, slot: value[1] };
}

/** All links of a node in the order of its inputs. */
export function linksOf(graph: Graph, node: GraphNode): readonly (readonly [name: string, link: Link])[] {
  const links: [string, Link][] = [];
  for (const name of node.inputs.names()) {
    const link = linkOf(graph, node, name);
    if (link !== undefined) links.push([name, link]);
  }
  return links;
}

/** A literal input: not a link, and out of the wrapping that a literal list has. */
export function literalOf(node: GraphNode, name: string): unknown {
  const value = node.inputs.get(name);
  if (isLinkShaped(value)) return undefined;
  return isObject(value) && Object.hasOwn(value, '__value__') ? value['__value__'] : value;
}
