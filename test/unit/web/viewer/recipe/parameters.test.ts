import { describe, expect, it } from 'vitest';
import { parametersText } from '../../../../../web/src/viewer/recipe/parameters.ts';

describe('parametersText', () => {
  it('is the text of AUTOMATIC1111', () => {
    expect(
      parametersText({
        prompt: 'a lighthouse at dusk',
        negative_prompt: 'blurry, text',
        steps: 30,
        sampler: 'DPM++ 2M',
        scheduler: 'Karras',
        cfg: 6.5,
        seed: '18446744073709551615',
        width: 832,
        height: 1216,
        model: 'sdxl_base',
      }),
    ).toBe(
      'a lighthouse at dusk\nNegative prompt: blurry, text\nSteps: 30, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 18446744073709551615, Size: 832x1216, Model: sdxl_base',
    );
  });

  it('calls the LoRAs that the prompt does not call', () => {
    const loras = [{ name: 'ink', weight: 0.8 }, { name: 'snow' }];
    expect(parametersText({ prompt: 'cat <lora:ink:0.8>', loras })).toBe('cat <lora:ink:0.8> <lora:snow:1>');
  });

  it('calls LoRAs whose weight is none with 1, and none without a name', () => {
    const loras = [
      { name: 'ink', weight: null },
      { name: 'snow', weight: '0.5' },
      { name: 7, weight: 1 },
    ];
    expect(parametersText({ prompt: 'cat', loras })).toBe('cat <lora:ink:1> <lora:snow:0.5>');
  });

  it('puts what could be taken for another setting in quotation marks', () => {
    expect(parametersText({ model: 'a, b', steps: 1 })).toBe('Steps: 1, Model: "a, b"');
  });

  it('leaves out what is not known', () => {
    expect(parametersText({ prompt: null, seed: null, cfg: 0 })).toBe('CFG scale: 0');
    expect(parametersText({})).toBe('');
  });
});
