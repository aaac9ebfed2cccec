import type { BlobStore } from '../blobs/blob-store.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { KirokuError, notFound } from '../domain/errors.ts';
import { originalKey } from '../domain/key.ts';
import type { EmbeddedGraphs, GraphReader, ImageSource } from '../media/decoder.ts';
import type { WorkflowFormat, Workflows } from './services.ts';

export interface WorkflowDeps {
  readonly catalog: Catalog;
  readonly blobs: BlobStore;
  readonly decoder: GraphReader;
}

const ASKED: { readonly [format in WorkflowFormat | 'any']: readonly WorkflowFormat[] } = {
  any: ['workflow', 'prompt'],
  workflow: ['workflow'],
  prompt: ['prompt'],
};

/**
 * Gives back the graph inside a picture. It is read from the original each time, in a decoder process: it is seldom
 * asked for, and a stranger's text must not hold up the server.
 */
export function createWorkflow({ catalog, blobs, decoder }: WorkflowDeps): Workflows {
  return {
    async read(owner, kind, id, format) {
      const entry = await catalog.find(owner, kind, id);
      if (entry === undefined) throw notFound();
      const source = await sourceOf(blobs, originalKey(entry, entry.ext));
      if (source === undefined) throw notFound();
      const graphs: EmbeddedGraphs = await decoder.graphs(source);
      for (const one of ASKED[format]) {
        const text = graphs[one];
        if (text !== undefined) return { json: Buffer.from(text), format: one };
      }
      throw new KirokuError('not_found', 'There is no such workflow in this picture.');
    },
  };
}

async function sourceOf(blobs: BlobStore, key: string): Promise<ImageSource | undefined> {
  const path = blobs.localPath(key);
  if (path !== undefined) return (await blobs.stat(key)) === undefined ? undefined : { path };
  const reader = await blobs.open(key);
  if (reader === undefined) return undefined;
  try {
    return { bytes: await reader.read(0, reader.bytes) };
  } finally {
    await reader.close();
  }
}
