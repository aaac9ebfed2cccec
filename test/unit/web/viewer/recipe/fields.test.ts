import { describe, expect, it } from 'vitest';
import { recipeOf } from '../../../../../web/src/viewer/recipe/fields.ts';

describe('recipeOf', () => {
  it('has what the picture has, in one order', () => {
    const recipe = recipeOf({
      cfg: 7,
      prompt: '고양이',
      seed: '18446744073709551615',
      width: 512,
      height: 768,
      loras: [{ name: 'ink', weight: 0.8 }, { name: 'snow' }, {}],
      model: null,
      steps: 0,
    });
    expect(recipe).toEqual([
      { field: 'prompt', text: '고양이' },
      { field: 'loras', text: 'ink: 0.8\nsnow' },
      { field: 'seed', text: '18446744073709551615' },
      { field: 'steps', text: '0' },
      { field: 'cfg', text: '7' },
      { field: 'size', text: '512×768' },
    ]);
  });

  it('names the LoRAs that a pipeline described in its own way, and no others', () => {
    const named = [
      { name: 'ink', weight: null },
      { name: 'snow', weight: '0.8' },
      { name: 'fog', weight: {} },
    ];
    const nameless = [{ name: 7, weight: 1 }, { name: null }, { name: '' }];
    expect(recipeOf({ loras: [...named, ...nameless] })).toEqual([
      { field: 'loras', text: 'ink\nsnow: 0.8\nfog' },
    ]);
  });

  it('says who said a value', () => {
    expect(recipeOf({ prompt: 'cat', model: 'm', from: { model: 'embedded' } })).toEqual([
      { field: 'prompt', text: 'cat' },
      { field: 'model', text: 'm', from: 'embedded' },
    ]);
  });
});
