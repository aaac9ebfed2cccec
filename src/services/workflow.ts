import type { BlobStore } from '../blobs/blob-store.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { KirokuError, notFound } from '../domain/errors.ts';
import type { GraphReader } from '../media/decoder.ts';
import { isGoing } from './going.ts';
import { originalSource } from './original-source.ts';
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
      const source = await originalSource(blobs, entry);
      if (source === undefined) throw notFound();
      const graphs = await decoder.graphs(source).catch(async (error: unknown) => {
        throw (await isGoing(catalog, entry)) ? notFound() : error;
      });
      for (const one of ASKED[format]) {
        const text = graphs[one];
        if (text !== undefined) return { json: Buffer.from(text), format: one };
      }
      throw new KirokuError('not_found', 'There is no such workflow in this picture.');
    },
  };
}
