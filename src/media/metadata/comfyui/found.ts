/** What became of the question for one value. */
export type Found<T> =
  | { readonly state: 'value'; readonly value: T }
  /** There is no such input. */
  | { readonly state: 'absent' }
  /** It is made when the graph runs: the file does not hold it. */
  | { readonly state: 'dynamic' };

export const ABSENT: Found<never> = { state: 'absent' };
export const DYNAMIC: Found<never> = { state: 'dynamic' };

export function foundValue<T>(value: T): Found<T> {
  return { state: 'value', value };
}

/** The value, where there is one. */
export function known<T>(found: Found<T>): T | undefined {
  return found.state === 'value' ? found.value : undefined;
}

export function mapFound<T, R>(found: Found<T>, change: (value: T) => R | undefined): Found<R> {
  if (found.state !== 'value') return found;
  const changed = change(found.value);
  return changed === undefined ? ABSENT : foundValue(changed);
}
