import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'vite';

/** The repository's folder, with a slash at the end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** One source file, parsed: rules look at syntax, so that a word in a comment or a string is never a breach. */
export interface Source {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
  readonly comments: readonly string[];
  readonly nodes: readonly SyntaxNode[];
}

export interface Import {
  /** As written. */
  readonly specifier: string;
  /** Relative to the repository for our own files, else undefined. */
  readonly target: string | undefined;
  readonly typeOnly: boolean;
}

/** A node of the ESTree syntax tree (https://github.com/estree/estree). */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly [member: string]: unknown;
}

/** Every file below `folder` whose name ends with one of `endings`, sorted; [] when the folder is not there. */
export function filesBelow(folder: string, ...endings: readonly string[]): string[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => endings.some((ending) => name.endsWith(ending)))
    .map((name) => posix.join(folder, name))
    .sort();
}

export function readSource(path: string): Source {
  return parseSource(path, readFileSync(join(ROOT, path), 'utf8'));
}

/** Parses `text` as if it lay at `path`. @throws Error when it is not TypeScript. */
export function parseSource(path: string, text: string): Source {
  const parsed = parseSync(path, text);
  if (parsed.errors.length > 0) throw new Error(`${path}: ${parsed.errors[0]?.message}`);
  const nodes = [...walk(parsed.program)];
  const comments = parsed.comments.map((comment) => comment.value);
  return { path, text, nodes, comments, imports: nodes.flatMap((node) => importsOf(node, path)) };
}

/** Depth first, in the order of the text. */
function* walk(value: unknown): Generator<SyntaxNode> {
  if (Array.isArray(value)) {
    for (const item of value) yield* walk(item);
  } else if (isNode(value)) {
    yield value;
    for (const member of Object.values(value)) yield* walk(member);
  }
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** Static and dynamic imports, re-exports, types by `import('…')`, and files named by `new URL('…', import.meta.url)`. */
function importsOf(node: SyntaxNode, from: string): Import[] {
  const typeOnly = node['importKind'] === 'type' || node['exportKind'] === 'type';
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
      return importOf(node['source'], from, typeOnly);
    case 'TSImportType':
      return importOf(node['argument'] ?? node['source'], from, true);
    case 'NewExpression':
      return isCallOf(node, 'URL') ? urlImport(node, from) : [];
    default:
      return [];
  }
}

function urlImport(node: SyntaxNode, from: string): Import[] {
  const first: unknown = Array.isArray(node['arguments']) ? node['arguments'][0] : undefined;
  return importOf(first, from, false).filter((found) => found.target?.endsWith('.ts'));
}

function importOf(literal: unknown, from: string, typeOnly: boolean): Import[] {
  const specifier = isNode(literal) ? (literal['value'] ?? literalValue(literal['literal'])) : undefined;
  if (typeof specifier !== 'string') return [];
  const target = specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : undefined;
  return [{ specifier, target, typeOnly }];
}

function literalValue(value: unknown): unknown {
  return isNode(value) ? value['value'] : undefined;
}

/** True for `name(…)` and `new name(…)`. */
export function isCallOf(node: SyntaxNode, name: string): boolean {
  const callee = node['callee'];
  return isNode(callee) && callee.type === 'Identifier' && callee['name'] === name;
}

/** `path:line` of a node, for a message that an editor can follow. */
export function placeOf(source: Source, node: SyntaxNode): string {
  return `${source.path}:${source.text.slice(0, node.start).split('\n').length}`;
}
