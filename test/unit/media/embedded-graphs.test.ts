import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../../src/media/byte-source.ts';
import { readGraphs } from '../../../src/media/embedded-graphs.ts';
import { chunks, pngTexts, pngWith } from '../../support/metadata/containers.ts';
import { jpegPicture } from '../../support/pictures.ts';

const graphsIn = async (texts: { readonly [keyword: string]: string }) =>
  readGraphs(bytesSource(await pngTexts(texts)));

describe('graphs inside a picture', () => {
  it('keep every character where they are JSON already: 64-bit seeds, blanks, escapes', async () => {
    const prompt =
      '{ "1": {"class_type":"KSampler", "inputs":{"seed":18446744073709551615, "t":"\\u732b"}} }';
    expect(await graphsIn({ prompt })).toEqual({ prompt });
  });

  it('are mended where Python wrote what JSON has not, and nowhere else', async () => {
    const prompt =
      '{"1":{"class_type":"N","is_changed":[NaN,-Infinity, Infinity],"inputs":{"t":"NaN \\" -Infinity","s":9007199254740993}}}';
    expect(await graphsIn({ prompt })).toEqual({
      prompt:
        '{"1":{"class_type":"N","is_changed":[null,null, null],"inputs":{"t":"NaN \\" -Infinity","s":9007199254740993}}}',
    });
  });

  it('are taken out of the text that some wrap them in', async () => {
    const workflow = '{"nodes":[]}';
    expect(await graphsIn({ workflow: JSON.stringify(workflow) })).toEqual({ workflow });
  });

  it.each([
    ['a text with another tool’s prompt', { prompt: 'a cat with class_type' }],
    ['half a graph', { prompt: '{"1":{"class_type":"N"' }],
    ['one that is mended to nothing', { prompt: '{"1":{"class_type":NaNa}}' }],
    ['too deep', { workflow: `{"nodes":${'['.repeat(100)}${']'.repeat(100)}}` }],
    ['an object of something else', { workflow: '{"nodes":"none"}' }],
    ['a class outside of a node', { prompt: '{"class_type":"x"}' }],
  ])('are none: %s', async (_name, texts) => {
    expect(await graphsIn(texts)).toEqual({});
  });

  it('are found behind the pixels, and in no picture without', async () => {
    const workflow = '{"nodes":[{"id":1}]}';
    const png = await pngWith([], [chunks.own('workflow', workflow)]);
    expect(await readGraphs(bytesSource(png))).toEqual({ workflow });
    expect(await readGraphs(bytesSource(await jpegPicture()))).toEqual({});
    expect(await readGraphs(bytesSource(Buffer.from('no picture')))).toEqual({});
  });

  it('are always JSON that any parser takes', async () => {
    const piece = fc.constantFrom(
      'NaN',
      '-Infinity',
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '1',
      'class_type',
      ' ',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), async (pieces) => {
        const prompt = `{"1":{"class_type":"x","v":${pieces.join('')}}}`;
        const found = await graphsIn({ prompt });
        if (found.prompt !== undefined) expect(() => JSON.parse(String(found.prompt))).not.toThrow();
      }),
      { numRuns: 100 },
    );
  });
});
