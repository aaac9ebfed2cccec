import type { RecipeParts } from '../recipe.ts';
import type { Found } from './found.ts';

/** A recipe in the making, and its fields that only running the graph would give. */
export interface Draft {
  readonly parts: { -readonly [name in keyof RecipeParts]: RecipeParts[name] };
  readonly dynamic: Set<string>;
}

export function emptyDraft(): Draft {
  return { parts: {}, dynamic: new Set() };
}

/** Sets a field to what was found, or notes that it is made at run time. */
export function setField<F extends keyof RecipeParts>(
  draft: Draft,
  field: F,
  found: Found<NonNullable<RecipeParts[F]>>,
): void {
  if (found.state === 'value') draft.parts[field] = found.value;
  else if (found.state === 'dynamic') draft.dynamic.add(field);
}

/** Texts are told apart as they are; only what has parts is written out. */
function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object') return one === other;
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Only what all of them say alike: nothing tells which of them is the picture's. */
export function agreed(drafts: readonly Draft[]): Draft {
  const [first, ...others] = drafts;
  if (first === undefined) return emptyDraft();
  const texts = others.map(({ parts }) => parts);
  const kept = Object.entries(first.parts).filter(([name, value]) => {
    return texts.every((parts) =>
      Object.entries(parts).some(([other, one]) => other === name && isSame(one, value)),
    );
  });
  return {
    parts: Object.fromEntries(kept),
    dynamic: new Set(drafts.flatMap(({ dynamic }) => [...dynamic])),
  };
}
