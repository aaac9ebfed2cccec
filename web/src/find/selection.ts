import type { Selection } from '../api/types.ts';

/** Parameters of an address that select pictures, by how often they may stand there. */
const SINGLE = ['q', 'from', 'to', 'workflow', 'model', 'ratio', 'generator'] as const;
const REPEATED = ['tag', 'lora'] as const;

export type Single = (typeof SINGLE)[number];
export type Repeated = (typeof REPEATED)[number];

/** What the server takes of a repeated parameter. */
const MOST_VALUES = 32;
const FAVORITE: Readonly<Record<string, 'true' | 'false'>> = {
  true: 'true',
  '1': 'true',
  false: 'false',
  '0': 'false',
};

/**
 * What an address selects. Whatever a list does not know, or would refuse, is left out, so that an address that was
 * cut or written by hand still shows pictures; only `q` is passed on as it is, for its mistakes are the reader's to see.
 * @param search with or without the question mark
 */
export function selectionFrom(search: string): Selection {
  const params = new URLSearchParams(search);
  const selection: Selection = {};
  for (const name of SINGLE) {
    const value = params.get(name) ?? '';
    if (value !== '' && isAllowed(name, value)) selection[name] = value;
  }
  for (const name of REPEATED) {
    const values = [...new Set(params.getAll(name))].filter((value) => value !== '').slice(0, MOST_VALUES);
    if (values.length > 0) selection[name] = values;
  }
  const favorite = FAVORITE[params.get('favorite') ?? ''];
  if (favorite !== undefined) selection.favorite = favorite;
  return selection;
}

/** Days only: a page's sections are days, and a time would cut one in two. */
function isAllowed(name: Single, value: string): boolean {
  return (name !== 'from' && name !== 'to') || isDay(value);
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  // 30 February is read as 1 March
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** The address of a selection: `?…`, or '' for everything. The same selection has one address only. */
export function searchOf(selection: Selection): string {
  const params = new URLSearchParams();
  for (const name of SINGLE) {
    const value = selection[name];
    if (value !== undefined && value !== '') params.set(name, value);
  }
  for (const name of REPEATED) for (const value of selection[name] ?? []) params.append(name, value);
  if (selection.favorite !== undefined) params.set('favorite', selection.favorite);
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** Whether it leaves anything out. */
export function isEverything(selection: Selection): boolean {
  return searchOf(selection) === '';
}

/** The selection with this parameter changed; undefined takes it out. */
export function withValue<N extends Single | 'favorite'>(
  selection: Selection,
  name: N,
  value: Selection[N],
): Selection {
  const { [name]: _, ...rest } = selection;
  return value === undefined || value === '' ? rest : { ...rest, [name]: value };
}

/** The selection with this one more, or without it where it has it. */
export function toggleValue(selection: Selection, name: Repeated, value: string): Selection {
  const before = selection[name] ?? [];
  const after = before.includes(value) ? before.filter((one) => one !== value) : [...before, value];
  const { [name]: _, ...rest } = selection;
  return after.length === 0 ? rest : { ...rest, [name]: after };
}
