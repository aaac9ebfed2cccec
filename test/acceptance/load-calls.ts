import type { Journal, OwnerJournal, Picture } from './journal.ts';
import { ADMIN_TOKEN, SERVICE_TOKEN } from './rig.ts';

/** What the operations of the mixed load share. */
export interface LoadWorld {
  readonly base: string;
  readonly journal: Journal;
  readonly random: () => number;
  /** Another seed for another picture. */
  readonly next: () => number;
  /** The server is being stopped: it may refuse, and then nothing was done. */
  readonly mayDrain?: boolean;
}

/** `undefined`: the connection broke. A body that broke off after its status is `text: undefined`. */
export type Answer = { readonly status: number; readonly text: string | undefined } | undefined;

export async function callAs(
  base: string,
  owner: Pick<OwnerJournal, 'name' | 'cookie'>,
  path: string,
  init: { readonly method?: string; readonly json?: unknown; readonly headers?: Record<string, string> } & {
    readonly body?: Buffer;
    readonly asService?: boolean;
  } = {},
): Promise<Response | undefined> {
  const url = new URL(path.startsWith('/outputs') || path.startsWith('/s/') ? path : `/api/v1${path}`, base);
  const headers: Record<string, string> = { ...init.headers };
  if (owner.cookie !== undefined && init.asService !== true) headers['cookie'] = owner.cookie;
  else {
    headers['authorization'] = `Bearer ${SERVICE_TOKEN}`;
    url.searchParams.set('owner', owner.name);
  }
  const body = init.json === undefined ? init.body : Buffer.from(JSON.stringify(init.json));
  if (init.json !== undefined) headers['content-type'] = 'application/json';
  return fetch(url, {
    method: init.method ?? 'GET',
    headers,
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
  }).catch(() => undefined);
}

export async function answerOf(response: Response | undefined): Promise<Answer> {
  if (response === undefined) return undefined;
  const text = await response.text().catch(() => undefined);
  return { status: response.status, text };
}

export async function purgeTrash(base: string, owner: string): Promise<Answer> {
  const answer = await fetch(`${base}/api/v1/admin/purge-trash`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ user_id: owner, older_than_days: 1e-9, confirm: true }),
  }).catch(() => undefined);
  return answerOf(answer);
}

/** Up to so many pictures that nobody is at; the caller makes them busy. */
export function idle(
  { random }: LoadWorld,
  owner: OwnerJournal,
  most: number,
  fits: (picture: Picture) => boolean = () => true,
): Picture[] {
  const free = [...owner.pictures.values()].filter((picture) => !picture.busy && fits(picture));
  const first = Math.floor(random() * free.length);
  return [...free.slice(first), ...free.slice(0, first)].slice(0, most);
}

/** Writes down an answer that should not be. */
export function fault(world: LoadWorld, what: string, answer: Answer): void {
  if (world.mayDrain === true && isDraining(answer)) return;
  world.journal.faults.push(`${what}: ${answer?.status} ${answer?.text?.slice(0, 300) ?? ''}`);
}

export function isDraining(answer: Answer): boolean {
  return answer?.status === 503 && answer.text?.includes('"code":"draining"') === true;
}
