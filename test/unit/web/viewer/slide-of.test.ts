import { describe, expect, it } from 'vitest';
import type { Item } from '../../../../web/src/api/types.ts';
import { slideOf } from '../../../../web/src/viewer/slide-of.ts';

const item = (meta: Partial<Item['meta']>) =>
  // only what a slide is made of
  ({
    id: 'a',
    url: '/a.png',
    thumb_url: '/a.webp',
    created_at: '',
    meta: { bytes: 1, prompt: null, original_filename: 'a.png', ...meta },
  }) as Item;

describe('slideOf', () => {
  it('is named by its prompt, else by its file', () => {
    expect(slideOf(item({ prompt: 'cat', width: 2, height: 3 }))).toEqual({
      src: '/a.png',
      msrc: '/a.webp',
      width: 2,
      height: 3,
      alt: 'cat',
      isHuge: false,
    });
    expect(slideOf(item({ prompt: '' })).alt).toBe('a.png');
  });

  it('waits with what would take a phone its memory', () => {
    expect(slideOf(item({ bytes: 41e6 })).isHuge).toBe(true);
    expect(slideOf(item({ width: 8000, height: 8000 })).isHuge).toBe(true);
    expect(slideOf(item({ width: 4096, height: 4096, bytes: 30e6 })).isHuge).toBe(false);
  });

  it('has a size where the record has none', () => {
    expect(slideOf(item({ width: null, height: null }))).toMatchObject({ width: 1024, height: 1024 });
  });
});
