import { describe, expect, it } from 'vitest';
import { loraTags } from '../../../../src/media/metadata/lora-tags.ts';

describe('loraTags', () => {
  it.each([
    ['<lora:fog_v2:0.6>', { name: 'fog_v2', weight: 0.6 }],
    ['<lora:fog>', { name: 'fog', weight: 1 }],
    ['<lyco:a b:1.2>', { name: 'a b', weight: 1.2 }],
    ['<hypernet:h:0>', { name: 'h', weight: 0 }],
    ['<lora:x:te=0.5:unet=0.8>', { name: 'x', weight: 0.8, clipWeight: 0.5 }],
    ['<lora:x:0.5:0.8>', { name: 'x', weight: 0.8, clipWeight: 0.5 }],
    ['<lora:x:-0.5>', { name: 'x', weight: -0.5 }],
    ['<lora:안개:0.3>', { name: '안개', weight: 0.3 }],
  ])('reads %s', (tag, expected) => {
    expect(loraTags(`a ${tag}, b`)).toEqual([expected]);
  });

  it('lists each name once, in order, and no other tag', () => {
    expect(loraTags('<lora:b:1> <lora:a:0.5> <lora:b:0.2> <segment:face> <lora::1> <lora:open')).toEqual([
      { name: 'b', weight: 1 },
      { name: 'a', weight: 0.5 },
    ]);
  });

  it('lists a bounded number', () => {
    const prompt = Array.from({ length: 1000 }, (_, index) => `<lora:${index}:1>`).join('');
    expect(loraTags(prompt)).toHaveLength(256);
  });
});
