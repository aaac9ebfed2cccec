import { describe, expect, it } from 'vitest';
import { plainGraph } from '../../support/comfyui/graphs.ts';
import { pngTexts } from '../../support/metadata/containers.ts';
import { ANNA, testServices } from '../../support/services.ts';

const comfy = await pngTexts({ prompt: JSON.stringify(plainGraph()) });
const a1111 = await pngTexts({
  parameters: '고양이 <lora:ink:0.5>\nSteps: 12, Sampler: Euler, CFG scale: 7, Seed: 9',
});

describe('a new picture', () => {
  it('is described by the graph inside it where its job said nothing', async () => {
    const { add } = testServices();
    const record = (await add(comfy, { meta: { seed: '5', workflow_id: 'w' } })).entry.record();
    expect(record).toMatchObject({
      workflow_id: 'w',
      seed: '5',
      prompt: 'a cat, 고양이, 猫',
      negative_prompt: '',
      model: 'sd_xl_base_1.0',
      sampler: 'euler_ancestral',
      steps: 20,
      cfg: 1,
      generator: 'comfyui',
      aspect_ratio: '4:3',
      from: { prompt: 'graph', negative_prompt: 'graph', model: 'graph', steps: 'graph' },
    });
    expect(record.from).not.toHaveProperty('seed');
  });

  it.each(['generated', 'input', 'control'] as const)('of kind %s takes the text inside it', async (kind) => {
    const { add } = testServices();
    const record = (await add(a1111, { kind })).entry.record();
    expect(record).toMatchObject({
      prompt: '고양이 <lora:ink:0.5>',
      seed: '9',
      loras: [{ name: 'ink', weight: 0.5 }],
      from: { prompt: 'embedded', loras: 'embedded' },
    });
  });

  it('without any says nothing of how it was made', async () => {
    const { add } = testServices();
    const record = (await add(await pngTexts({}), { kind: 'input' })).entry.record();
    expect(record).not.toHaveProperty('prompt');
    expect(record).not.toHaveProperty('from');
    expect(record).not.toHaveProperty('generator');
  });

  it('copied to the inputs keeps its recipe, and nothing is decoded for it', async () => {
    const { add, inputs, decoder } = testServices();
    const { entry } = await add(comfy, { meta: { prompt: 'the job’s', job_id: 'j' } });
    const copy = (await inputs.copy(ANNA, 'generated', entry.id)).record();
    expect(decoder.decodes).toBe(1);
    expect(copy).toMatchObject({ kind: 'input', prompt: 'the job’s', seed: '0', from: { seed: 'graph' } });
    expect(copy).not.toHaveProperty('job_id');
    expect(copy.from).not.toHaveProperty('prompt');
  });
});
