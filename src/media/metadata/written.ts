import type { Recipe, RecipeParts } from './recipe.ts';
import { known, type Loose } from './values.ts';

/** Stands for a tool that nothing in the file names; never becomes a record's `generator`. */
export const UNKNOWN_TOOL = 'unknown';

interface Beside {
  readonly confidence?: Recipe['confidence'];
  readonly warnings?: readonly string[];
}

/** A recipe whose fields a tool wrote down as such. */
export function written(tool: string, parts: Loose<RecipeParts>, beside: Beside = {}): Recipe {
  return {
    tool,
    ...known<RecipeParts>(parts),
    origin: 'embedded',
    confidence: beside.confidence ?? 'high',
    dynamic: [],
    warnings: beside.warnings ?? [],
  };
}
