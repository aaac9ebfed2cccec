import type { JsonObject } from '../../domain/json.ts';
import type { EmbeddedText } from './collector.ts';
import { createJsonReader } from './json.ts';

/** A file's texts by keyword, each parsed at most once. */
export interface Texts {
  readonly all: readonly EmbeddedText[];
  /** The first text of this keyword. Keywords are case-sensitive. */
  text(keyword: string): string | undefined;
  /** The same, if it is a JSON object. */
  object(keyword: string): JsonObject | undefined;
  /** The JSON object that this text holds, if it does. */
  objectIn(text: string): JsonObject | undefined;
}

export function createTexts(all: readonly EmbeddedText[]): Texts {
  const first = new Map<string, string>();
  for (const { keyword, text } of all) if (!first.has(keyword)) first.set(keyword, text);
  const parsed = new Map<string, JsonObject | undefined>();
  const json = createJsonReader();

  function objectIn(text: string): JsonObject | undefined {
    if (!parsed.has(text)) {
      const start = text.slice(0, 64).trimStart();
      parsed.set(text, start.startsWith('{') || start.startsWith('"') ? json.object(text) : undefined);
    }
    return parsed.get(text);
  }

  return {
    all,
    text: (keyword) => first.get(keyword),
    object: (keyword) => objectIn(first.get(keyword) ?? ''),
    objectIn,
  };
}
