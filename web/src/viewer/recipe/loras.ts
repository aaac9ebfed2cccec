import type { Meta } from '../../api/types.ts';

export interface NamedLora {
  readonly name: string;
  /** Undefined where none was given, or something that is no number. */
  readonly weight: number | undefined;
}

/** Those that say what they are. They are kept as the pipeline described them: any member may be anything. */
export function namedLoras(loras: Meta['loras']): NamedLora[] {
  return (loras ?? []).flatMap(({ name, weight }) =>
    typeof name === 'string' && name !== '' ? [{ name, weight: weightOf(weight) }] : [],
  );
}

/** A number, or the text of one: `"0.8"`. */
function weightOf(value: unknown): number | undefined {
  if (typeof value !== 'number' && (typeof value !== 'string' || value.trim() === '')) return undefined;
  const weight = Number(value);
  return Number.isFinite(weight) ? weight : undefined;
}
