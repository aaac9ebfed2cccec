import type { Family } from '../api/types.ts';

/** The trash of each is a list of its own. */
export const FAMILIES = ['images', 'inputs', 'controls'] as const satisfies readonly Family[];

/** The family that the address names. @param search of the address */
export function familyFrom(search: string): Family {
  const named = new URLSearchParams(search).get('of');
  return FAMILIES.find((family) => family === named) ?? 'images';
}

export function searchFor(family: Family): string {
  return family === 'images' ? '' : `?of=${family}`;
}
