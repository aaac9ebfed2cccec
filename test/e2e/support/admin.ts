import { ADMIN_TOKEN } from '../../acceptance/rig.ts';
import type { Visit } from './gallery.ts';

/** The first question of every visit, whether there is a session, may be answered with no. */
export function allowUnknown(visit: Visit): void {
  visit.allow(/answered 401: GET .*\/api\/v1\/admin\/session$/);
}

/** Fills in the admin token where the page asks for it. */
export async function enterToken({ page }: Visit, token = ADMIN_TOKEN): Promise<void> {
  await page.getByLabel('Admin token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Opens a page of administration as somebody who has the token. */
export async function openAsAdmin(visit: Visit, path: string): Promise<void> {
  allowUnknown(visit);
  await visit.open(path);
  await enterToken(visit);
  await visit.page.getByRole('button', { name: 'Sign out' }).waitFor();
}
