import { CALM, filePart, inParallel, itemOf, uploadParts } from './calls.ts';
import { tinyPng } from './png.ts';
import { serviceClient, startServer } from './rig.ts';

/** The tree in which `flips.ts` flips bits: what a server left that took every kind of picture and change. */
export const ROLES = ['original', 'thumbnail', 'sidecar', 'manifest'] as const;
export type Role = (typeof ROLES)[number];

/** A file of the tree whose bytes `verify` answers for. */
export interface Kept {
  readonly path: string;
  readonly role: Role;
  readonly owner: string;
  /** Empty for a manifest. */
  readonly kind: string;
  readonly id: string;
}

const PICTURES_OF_ONE = 4;
/** Pictures of every kind of so many owners, edited, trashed and restored, as a server that has stopped leaves them. */
export async function fillTree(outputDir: string, owners: number): Promise<void> {
  const server = await startServer({ outputDir, env: { ...CALM, LOG_LEVEL: 'warn' } });
  const names = Array.from({ length: owners }, (_, n) => `u-flips-${n}`);
  try {
    await inParallel(names, 4, async (owner, n) => {
      const client = serviceClient(server.url, owner);
      for (const [k, path] of ['images', 'images', 'inputs/upload', 'controls/upload'].entries()) {
        const parts = [filePart(tinyPng(n * PICTURES_OF_ONE + k + 1, 40))];
        const answer = await uploadParts(server.url, { parts, owner, path: `/api/v1/${path}` });
        if (answer.status !== 201) throw new Error(`upload: ${answer.status} ${await answer.text()}`);
        if (path !== 'images') continue;
        const { id } = await itemOf(answer);
        await must(client.patch(id, { tags: [`t${n}`], rating: k }));
        if (k === n % 2) await must(client.trash(id));
        if (n % 3 === 0 && k === n % 2) await must(client.restore(id));
      }
    });
    const code = await server.stop();
    if (code !== 0) throw new Error(`the stop was not clean: ${server.output()}`);
  } finally {
    await server.kill();
  }
}

async function must(call: Promise<Response>): Promise<void> {
  const answer = await call;
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
}

const MANIFEST = /^([^/]+)\/manifest\.jsonl$/;
const PICTURE =
  /^([^/]+)\/(?:(input|control)s\/)?\d{4}\/\d\d\/\d\d\/(thumb\/)?([0-9a-z]{26})\.(png|jpg|webp|json)$/;

/** What a file below `users/` is, by its path there; nothing for one that `verify` does not answer for. */
export function keptOf(path: string): Kept[] {
  const manifest = MANIFEST.exec(path);
  if (manifest !== null) return [{ path, role: 'manifest', owner: manifest[1] ?? '', kind: '', id: '' }];
  const [, owner = '', kind = 'generated', thumb, id = '', ext] = PICTURE.exec(path) ?? [];
  if (ext === undefined) return [];
  const role = ext === 'json' ? 'sidecar' : thumb === undefined ? 'original' : 'thumbnail';
  return [{ path, role, owner, kind, id }];
}
