import { type Budget, createWarnings } from './budget.ts';

/** Which part of the container a text stood in. */
export type Place = 'tEXt' | 'zTXt' | 'iTXt' | 'comf' | 'exif' | 'xmp' | 'comment';

/** One text as a generator embedded it. The same keyword may occur more than once: the first wins. */
export interface EmbeddedText {
  /** Of a PNG text: its own. Of EXIF and XMP: the tag's name, or the name a ComfyUI writer put before its JSON. */
  readonly keyword: string;
  readonly text: string;
  readonly place: Place;
}

/** Gathers what the readers of one file find. */
export interface Collector {
  readonly budget: Budget;
  add(keyword: string, text: string, place: Place): void;
  warn(warning: string): void;
  readonly texts: readonly EmbeddedText[];
  readonly warnings: readonly string[];
}

export function createCollector(budget: Budget): Collector {
  const texts: EmbeddedText[] = [];
  const warnings = createWarnings();
  return {
    budget,
    texts,
    warnings: warnings.list,
    add: (keyword, text, place) => {
      texts.push({ keyword, text: withoutPadding(text), place });
    },
    warn: warnings.add,
  };
}

/** One hosted service pads its texts with NULs; EXIF ends them with one. A byte order mark is no text either. */
function withoutPadding(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end -= 1;
  return text.slice(text.charCodeAt(0) === 0xfeff ? 1 : 0, end);
}
