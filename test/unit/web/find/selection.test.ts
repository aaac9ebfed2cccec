import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isEverything,
  searchOf,
  selectionFrom,
  toggleValue,
  withValue,
} from '../../../../web/src/find/selection.ts';

describe('selectionFrom', () => {
  it('reads every parameter of a list that selects', () => {
    const search =
      '?q=고양이+cat&tag=final&tag=풍경&lora=ink&workflow=w&model=m&ratio=16:9&generator=comfyui&favorite=1&from=2026-11-01&to=2026-11-21';
    expect(selectionFrom(search)).toEqual({
      q: '고양이 cat',
      tag: ['final', '풍경'],
      lora: ['ink'],
      workflow: 'w',
      model: 'm',
      ratio: '16:9',
      generator: 'comfyui',
      favorite: 'true',
      from: '2026-11-01',
      to: '2026-11-21',
    });
  });

  it('leaves out what a list does not know or would refuse', () => {
    expect(
      selectionFrom('?view=01kah&page=3&owner=bert&utm_source=x&favorite=yes&from=2026-02-30&to=now&tag=&q='),
    ).toEqual({});
  });

  it('takes the first of a value given twice, and each tag once', () => {
    expect(selectionFrom('?model=a&model=b&tag=x&tag=x')).toEqual({ model: 'a', tag: ['x'] });
  });

  it('takes no more tags than the server does', () => {
    const search = Array.from({ length: 50 }, (_, i) => `tag=t${i}`).join('&');
    expect(selectionFrom(search).tag).toHaveLength(32);
  });
});

describe('searchOf', () => {
  it('is nothing for everything', () => {
    expect(searchOf({})).toBe('');
    expect(searchOf({ tz: 'Asia/Seoul', q: '', tag: [] })).toBe('');
    expect(isEverything({ tz: 'Asia/Seoul' })).toBe(true);
    expect(isEverything({ favorite: 'true' })).toBe(false);
  });

  it('is read back as what was written, whatever the texts are', () => {
    const text = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 20 })
      .map((value) => value.toWellFormed());
    const texts = fc.uniqueArray(text, { minLength: 1, maxLength: 5 });
    const selection = fc.record(
      {
        q: text,
        model: text,
        workflow: text,
        tag: texts,
        lora: texts,
        favorite: fc.constantFrom('true', 'false'),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(selection, (given) => {
        expect(selectionFrom(searchOf(given))).toEqual(given);
      }),
    );
  });
});

describe('changes', () => {
  it('put a value in and take it out', () => {
    expect(withValue({ q: 'cat' }, 'model', 'flux')).toEqual({ q: 'cat', model: 'flux' });
    expect(withValue({ q: 'cat', model: 'flux' }, 'model', undefined)).toEqual({ q: 'cat' });
    expect(withValue({ q: 'cat' }, 'q', '')).toEqual({});
  });

  it('toggle one of many', () => {
    expect(toggleValue({}, 'tag', 'a')).toEqual({ tag: ['a'] });
    expect(toggleValue({ tag: ['a', 'b'] }, 'tag', 'a')).toEqual({ tag: ['b'] });
    expect(toggleValue({ tag: ['a'] }, 'tag', 'a')).toEqual({});
  });
});
