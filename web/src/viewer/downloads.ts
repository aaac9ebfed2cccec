import { api } from '../api/client.ts';
import { problemOf } from '../api/problem.ts';
import type { Family, Item } from '../api/types.ts';

const REVOKE_MS = 60_000;

/** Saves what the server sends as a file. */
export function download(url: string, name = ''): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}

export function downloadOriginal(item: Item, isClean = false): void {
  download(`${item.url}?download=1${isClean ? '&strip=1' : ''}`);
}

/**
 * The ComfyUI graph as a file. It is fetched first: most pictures have none, and that should be said here.
 * @throws ApiProblem `not_found` where there is none
 */
export async function downloadWorkflow(family: Family, id: string): Promise<void> {
  const answer = await api[family][':id'].workflow.$get({ param: { id }, query: {} });
  if (!answer.ok) throw await problemOf(answer);
  const name = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1];
  const url = URL.createObjectURL(await answer.blob());
  download(url, name ?? `${id}-workflow.json`);
  // Safari reads it after the click is over
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_MS);
}
