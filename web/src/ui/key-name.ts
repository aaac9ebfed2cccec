export interface Pressed {
  readonly key: string;
  /** Where on the keyboard: letters are the same keys whatever language is written with them. */
  readonly code: string;
  readonly shiftKey: boolean;
}

/**
 * What a key is called, for shortcuts: a letter by what is printed on it where that is a Latin one, else by its place (under a
 * Korean or Japanese input method the key of `f` says `ㄹ`, `Process` or `ち`), and small though capitals are locked.
 */
export function keyName({ key, code, shiftKey }: Pressed): string {
  const letter = /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase();
  if (letter !== undefined && !/^[a-z]$/i.test(key)) return letter;
  return shiftKey || key.length > 1 ? key : key.toLowerCase();
}
