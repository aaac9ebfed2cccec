import { known } from './found.ts';
import { type GraphNode, linkOf } from './graph.ts';
import { resolve } from './literals.ts';
import { isSampler } from './sampler.ts';
import { isPictureInput } from './upstream.ts';
import type { Walk } from './walk.ts';
import { TEXT } from './wanted.ts';

const PREFIXES = ['filename_prefix', 'save_prefix', 'file_name_prefix', 'filename'];
const SAVES = /^(?:save|preview)|image ?sav|sav(?:e|ing) ?image|videocombine|video ?combine/i;

/** Nodes that may have written the file. One that is known by its id is the only one. */
export interface Outputs {
  readonly nodes: readonly GraphNode[];
  /** More than one, and nothing tells them apart. */
  readonly ambiguous: boolean;
}

export interface OutputHints {
  /** Id of the node that wrote the file, where a job's history tells. */
  readonly outputNode?: string;
  /** The file's name, whose beginning the node has given. */
  readonly filename?: string;
}

/** The nodes that can have saved this picture: by id, else by the beginning of the file's name, else all that save. */
export function outputsOf(walk: Walk, hints: OutputHints): Outputs {
  const told = hints.outputNode === undefined ? undefined : walk.graph.get(hints.outputNode);
  if (told !== undefined) return { nodes: [told], ambiguous: false };
  const nodes = candidates(walk);
  if (nodes.length < 2 || hints.filename === undefined) return { nodes, ambiguous: nodes.length > 1 };
  const stem = stemOf(hints.filename);
  const scored = nodes.map((node) => ({ node, score: scoreOf(walk, node, stem) }));
  const best = Math.max(...scored.map(({ score }) => score));
  const matching = best < 0 ? nodes : scored.filter(({ score }) => score === best).map(({ node }) => node);
  return { nodes: matching, ambiguous: matching.length > 1 };
}

function candidates(walk: Walk): readonly GraphNode[] {
  const all = [...walk.graph.values()];
  const pictured = (node: GraphNode) =>
    isSampler(walk, node) ||
    node.inputs.names().some((name) => isPictureInput(name) && linkOf(walk.graph, node, name) !== undefined);
  const named = all.filter((node) => PREFIXES.some((name) => node.inputs.has(name)) && pictured(node));
  // A preview beside a saver did not write the file that is kept.
  const saving = named.filter(({ type }) => !/^preview/i.test(type));
  if (saving.length > 0) return saving;
  return named.length > 0 ? named : all.filter((node) => SAVES.test(node.type) && pictured(node));
}

/** The name without folder, extension, and the counter that ComfyUI appends (`_00001_`). */
function stemOf(filename: string): string {
  const name = lastSegment(filename.slice(0, 1024));
  const dot = name.lastIndexOf('.');
  const base = (dot > 0 ? name.slice(0, dot) : name).replace(/ \(\d{1,4}\)$/, '');
  return base.replace(/_?\d{1,12}_?$/, '');
}

function lastSegment(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** Characters of the node's prefix that the name agrees with; −1 when it is another's. */
function scoreOf(walk: Walk, node: GraphNode, stem: string): number {
  const name = PREFIXES.find((one) => node.inputs.has(one));
  const prefix = name === undefined ? undefined : known(resolve(walk, node, name, TEXT));
  if (prefix === undefined || prefix.length > 1024) return -1;
  const pieces = piecesOf(prefix);
  return matches(pieces, stem) ? pieces.join('').length : -1;
}

/** The last segment of a prefix as the texts around its placeholders (`%date:yyyy-MM-dd%`, `%width%`). */
function piecesOf(prefix: string): readonly string[] {
  const parts = prefix.split('%');
  if (parts.length % 2 === 0) {
    // An odd number of signs: the last one is only a sign.
    const [before = '', after = ''] = parts.splice(-2);
    parts.push(`${before}%${after}`);
  }
  const pieces = parts.filter((_, index) => index % 2 === 0);
  let last = pieces.length - 1;
  while (last > 0 && !/[/\\]/.test(pieces[last] ?? '')) last -= 1;
  return [lastSegment(pieces[last] ?? ''), ...pieces.slice(last + 1)];
}

/** The pieces in their order, the first at the beginning and the last at the end of the name. */
function matches(pieces: readonly string[], stem: string): boolean {
  const [first = '', ...rest] = pieces;
  if (rest.length === 0) return stem === first;
  if (!stem.startsWith(first)) return false;
  const end = rest.at(-1) ?? '';
  let position = first.length;
  for (const piece of rest.slice(0, -1)) {
    const at = stem.indexOf(piece, position);
    if (at < 0) return false;
    position = at + piece.length;
  }
  return stem.length - end.length >= position && stem.endsWith(end);
}
