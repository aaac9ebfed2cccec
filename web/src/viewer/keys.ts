import { type Pressed as KeyPressed, keyName } from '../ui/key-name.ts';

/** What a key does to the open picture. */
export type Command =
  | 'next'
  | 'previous'
  | 'first'
  | 'last'
  | 'zoomIn'
  | 'zoomOut'
  | 'fit'
  | 'actual'
  | 'panUp'
  | 'panDown'
  | 'panLeft'
  | 'panRight'
  | 'panel'
  | 'favorite'
  | 'remove'
  | 'download';

const KEYS: Readonly<Record<string, Command>> = {
  ArrowRight: 'next',
  ArrowLeft: 'previous',
  PageDown: 'next',
  PageUp: 'previous',
  Home: 'first',
  End: 'last',
  ArrowUp: 'panUp',
  ArrowDown: 'panDown',
  '+': 'zoomIn',
  '=': 'zoomIn',
  '-': 'zoomOut',
  '0': 'fit',
  '1': 'actual',
  i: 'panel',
  f: 'favorite',
  Delete: 'remove',
  d: 'download',
};

const WITH_SHIFT: Readonly<Record<string, Command>> = {
  ArrowUp: 'panUp',
  ArrowDown: 'panDown',
  ArrowLeft: 'panLeft',
  ArrowRight: 'panRight',
  '+': 'zoomIn',
};

export interface Pressed extends KeyPressed {
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
}

/** The command of a key; undefined for one that is the browser's, or nobody's. */
export function commandOf(pressed: Pressed): Command | undefined {
  // Alt with an arrow is Back, Ctrl with + the browser's own zoom
  if (pressed.ctrlKey || pressed.altKey || pressed.metaKey) return undefined;
  const keys = pressed.shiftKey ? WITH_SHIFT : KEYS;
  const name = keyName(pressed);
  return Object.hasOwn(keys, name) ? keys[name] : undefined;
}

/** Parts that have a use for these keys themselves. */
const OWN_KEYS = [
  'input',
  'textarea',
  'select',
  '[contenteditable]',
  '[role=grid]',
  '[role=radiogroup]',
  '[role=slider]',
  '[role=menu]',
  '[role=listbox]',
  '[role=toolbar]',
].join(',');

export function hasOwnKeys(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(OWN_KEYS) !== null;
}
