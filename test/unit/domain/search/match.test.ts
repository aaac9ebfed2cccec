import { describe, expect, it } from 'vitest';
import { isSelected } from '../../../../src/domain/search/match.ts';
import { parseSearch } from '../../../../src/domain/search/query.ts';
import { idOf } from '../../../support/ids.ts';
import { sampleRecord } from '../../../support/records.ts';

const DAY = 86_400_000;
const dates = (date: string) => ({ from: Date.parse(date), to: Date.parse(date) + DAY });

const record = sampleRecord({
  created_at: '2026-03-04T05:06:07.089Z',
  prompt: 'a (Red:1.2) fox, <lora:Ink_v2:0.8>, 지붕 위의 고양이, ＦＵＬＬ width',
  negative_prompt: 'blurry, 저화질',
  tags: ['Cat Girl', '풍경'],
  model: 'SDXL-base.safetensors',
  workflow_id: 'txt2img-v3',
  sampler: 'euler_ancestral',
  scheduler: 'karras',
  steps: 30,
  cfg: 7.5,
  seed: '18446744073709551615',
  generator: 'comfyui',
  rating: 4,
  favorite: true,
  parents: [{ kind: 'input', id: idOf(7), role: 'init' }],
});

const finds = (query: string) => isSelected(record, { terms: parseSearch(query, dates) });

describe('isSelected', () => {
  it.each([
    'red fox',
    '"red fox"',
    'RED',
    'fo',
    '고양',
    '"위의 고양이"',
    'full',
    'lora:ink_v2',
    '<lora:Ink_v2:0.8>',
    '"cat girl"',
    '풍경',
    'sdxl',
    'ComfyUI_00001',
    'txt2img',
    '-dog',
    '-"fox red"',
    'model:xl',
    'tag:"cat girl"',
    '-tag:cat',
    'workflow:txt2img',
    'generator:ComfyUI',
    'ratio:4:3',
    'sampler:euler',
    'scheduler:karras',
    'negative:blurry',
    'negative:저화질',
    'steps:30 steps:>29 steps:<31 steps:>=30 steps:<=30',
    'cfg:7.5',
    'rating:>3',
    'width:1024 height:768 size:1024x768',
    'seed:18446744073709551615',
    `parent:${idOf(7)}`,
    'before:2026-03-05 after:2026-03-03',
    '-before:2026-03-04 -after:2026-03-04',
    '',
  ])('finds it by %j', (query) => {
    expect(finds(query)).toBe(true);
  });

  it.each([
    'dog',
    '"fox red"',
    'blurry',
    '-fox',
    '"fox cat"',
    'girl-풍경',
    'tag:cat',
    'model:flux',
    'lora:other',
    'steps:>30',
    'cfg:7',
    'seed:1844674407370955161',
    'size:768x1024',
    'sampler:dpm',
    'before:2026-03-04',
    'after:2026-03-04',
    `parent:${idOf(8)}`,
  ])('does not find it by %j', (query) => {
    expect(finds(query)).toBe(false);
  });

  it('knows nothing of what a record does not say, either way', () => {
    const bare = sampleRecord({ kind: 'input', prompt: null, seed: null, width: null, height: null });
    for (const query of [
      'steps:<1000',
      'seed:0',
      'size:0x0',
      'rating:0',
      'width:<9',
      'model:a',
      'negative:a',
    ]) {
      expect(isSelected(bare, { terms: parseSearch(query, dates) }), query).toBe(false);
      expect(isSelected(bare, { terms: parseSearch(`-${query}`, dates) }), `-${query}`).toBe(true);
    }
  });

  it('takes facet values exactly, and every one that is asked for', () => {
    const facet = (value: string) => ({ facet: 'tag' as const, value });
    expect(isSelected(record, { facets: [facet('풍경'), facet('Cat Girl')] })).toBe(true);
    expect(isSelected(record, { facets: [facet('cat girl')] })).toBe(false);
    expect(isSelected(record, { facets: [facet('풍경'), facet('other')] })).toBe(false);
  });

  it('takes the range of times without its end', () => {
    const time = Date.parse(record.created_at);
    expect(isSelected(record, { from: time, to: time + 1, favorite: true })).toBe(true);
    expect(isSelected(record, { from: time + 1 })).toBe(false);
    expect(isSelected(record, { to: time })).toBe(false);
    expect(isSelected(record, { favorite: false })).toBe(false);
  });
});
