import { describe, expect, it } from 'vitest';
import { KirokuError } from '../../../src/domain/errors.ts';
import { originalKey } from '../../../src/domain/key.ts';
import type { PictureRecord } from '../../../src/domain/record.ts';
import { createWorkflow } from '../../../src/services/workflow.ts';
import { plainGraph } from '../../support/comfyui/graphs.ts';
import { pngTexts } from '../../support/metadata/containers.ts';
import { ANNA, BERT, failureOf, pictureId, testServices } from '../../support/services.ts';

const prompt = JSON.stringify(plainGraph());
const workflow = JSON.stringify({ nodes: [{ id: 1, type: 'Note' }], links: [] });

describe('the workflow of a picture', () => {
  it('is the editor’s graph, or the one that ran, byte for byte', async () => {
    const { add, workflows } = testServices();
    const { id } = (await add(await pngTexts({ prompt, workflow }))).entry;
    const read = async (format: 'any' | 'workflow' | 'prompt') => {
      const found = await workflows.read(ANNA, 'generated', id, format);
      return [found.format, found.json.toString()];
    };
    expect(await read('any')).toEqual(['workflow', workflow]);
    expect(await read('workflow')).toEqual(['workflow', workflow]);
    expect(await read('prompt')).toEqual(['prompt', prompt]);
  });

  it('is the one that ran where there is no other, and is not made up', async () => {
    const { add, workflows } = testServices();
    const { id } = (await add(await pngTexts({ prompt }))).entry;
    expect((await workflows.read(ANNA, 'generated', id, 'any')).format).toBe('prompt');
    expect(await failureOf(workflows.read(ANNA, 'generated', id, 'workflow'))).toMatchObject({
      code: 'not_found',
      message: 'There is no such workflow in this picture.',
    });
  });

  it('of somebody else, of another kind, of an unknown id or without its bytes is not found', async () => {
    const { add, workflows, blobs } = testServices();
    const { entry } = await add(await pngTexts({ prompt }));
    const unknown = { code: 'not_found', message: 'There is no such picture.' };
    const other = pictureId('0'.repeat(32));
    expect(await failureOf(workflows.read(BERT, 'generated', entry.id, 'any'))).toMatchObject(unknown);
    expect(await failureOf(workflows.read(ANNA, 'input', entry.id, 'any'))).toMatchObject(unknown);
    expect(await failureOf(workflows.read(ANNA, 'generated', other, 'any'))).toMatchObject(unknown);
    await blobs.remove(originalKey(entry, entry.ext));
    expect(await failureOf(workflows.read(ANNA, 'generated', entry.id, 'any'))).toMatchObject(unknown);
  });

  it('of a picture that is removed for good while it is read is not found, and no failure (found by the fuzzer)', async () => {
    const { add, catalog, blobs, decoder } = testServices();
    const { entry } = await add(await pngTexts({ prompt }));
    const { kind, id } = entry;
    const failure = new KirokuError('io_error', 'The file has gone.');
    const readWhile = (meanwhile: () => Promise<unknown>) =>
      createWorkflow({
        catalog,
        blobs,
        decoder: {
          ...decoder,
          async graphs() {
            await meanwhile();
            throw failure;
          },
        },
      }).read(ANNA, kind, id, 'any');
    expect(await failureOf(readWhile(async () => {}))).toBe(failure);
    const change = (current: PictureRecord): PictureRecord => ({
      ...current,
      status: 'trash',
      trashed_at: current.updated_at,
      purging: current.updated_at,
    });
    const mark = () => catalog.commit(ANNA, { op: 'edit', kind, id, change });
    expect(await failureOf(readWhile(mark))).toMatchObject({ code: 'not_found' });
    const purge = () => catalog.commit(ANNA, { op: 'purge', kind, id });
    expect(await failureOf(readWhile(purge))).toMatchObject({ code: 'not_found' });
  });
});
