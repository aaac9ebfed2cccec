import type { Entry } from '../catalog/catalog.ts';
import type { Relations } from '../services/services.ts';
import type { Items } from './item.ts';

/** Members of a stack that are given whole. */
const MOST_ITEMS = 100;

/** The relations of a picture as the bytes of one answer: items are joined in, not parsed. */
export function relationsAnswer(relations: Relations, items: Items): Buffer<ArrayBuffer> {
  const { parents, children, stack, grid } = relations;
  const members = [
    `"parents":[${parents.map((parent) => parentOf(parent, items)).join()}]`,
    `"children":${listOf(children, items)}`,
    `"children_total":${relations.childrenTotal}`,
    `"recipe":${JSON.stringify(relations.recipe ?? null)}`,
    `"truncated":${relations.truncated}`,
    `"varying":${JSON.stringify(relations.varying)}`,
    `"stack":${
      stack === undefined
        ? 'null'
        : `{"varies":${JSON.stringify(stack.varies)},"total":${stack.members.length},"items":${listOf(stack.members.slice(0, MOST_ITEMS), items)}}`
    }`,
    `"grid":${JSON.stringify(grid ?? null)}`,
  ];
  return Buffer.from(`{${members.join()}}`);
}

function parentOf({ kind, id, role, entry }: Relations['parents'][number], items: Items): string {
  const item = entry === undefined ? 'null' : items.item(entry).toString();
  return `{"kind":"${kind}","id":"${id}","role":${JSON.stringify(role)},"item":${item}}`;
}

function listOf(entries: readonly Entry[], items: Items): string {
  return `[${entries.map((entry) => items.item(entry).toString()).join()}]`;
}
