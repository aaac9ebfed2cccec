import { deflateSync } from 'node:zlib';
import { pngPicture } from '../pictures.ts';
import { chunks, pngTexts, pngWith, riffChunk, webpWith } from './containers.ts';
import { ascii, codings, exifBlock, userComment } from './exif.ts';
import { plainGraph } from './graphs.ts';

const MIB = 1024 * 1024;

/** As large as one text may be. */
const filled = (open: string, piece: string, close: string, bytes = 8 * MIB - 64) =>
  open + piece.repeat(Math.floor((bytes - open.length - close.length) / piece.length)) + close;

/** A graph of this many samplers in one chain, each with its own texts. */
function longGraph(nodes: number): string {
  const graph: { [id: string]: object } = plainGraph();
  for (let node = 100; node < 100 + nodes; node += 2) {
    const before = node === 100 ? '3' : String(node - 2);
    graph[String(node)] = {
      class_type: 'KSampler',
      inputs: {
        seed: node,
        steps: 20,
        latent_image: [before, 0],
        model: ['4', 0],
        positive: [String(node + 1), 0],
      },
    };
    graph[String(node + 1)] = {
      class_type: 'CLIPTextEncode',
      inputs: { text: `part ${node}`, clip: ['4', 1] },
    };
  }
  graph['8'] = { class_type: 'VAEDecode', inputs: { samples: [String(98 + nodes), 0] } };
  return JSON.stringify(graph);
}

/** Small files that are made to cost much, by name. */
export const hostileFiles: { readonly [name: string]: () => Promise<Buffer> } = {
  'zTXt: 100 bombs of 64 MiB': () => {
    const zeros = deflateSync(Buffer.alloc(64 * MIB), { level: 9 });
    return pngWith(Array(100).fill({ type: 'zTXt', data: Buffer.concat([Buffer.from('b\0\0'), zeros]) }));
  },
  'parameters: 8 MiB of lines': () => pngTexts({ parameters: filled('', 'a\n', '') }),
  'parameters: 1 MiB of settings': () =>
    pngTexts({ parameters: filled('p\n', 'Steps: 1, Seed: 2, a:{,\n', 'Steps: 3', MIB) }),
  'parameters: 1 MiB of templates': () => pngTexts({ parameters: filled('', 'Template:\n', '', MIB) }),
  'parameters: a line of open brackets': () => pngTexts({ parameters: filled('', 'a:{"', '', 64 * 1024) }),
  'parameters: 8 MiB of open tags': () => pngTexts({ parameters: filled('', '<lora:', '') }),
  'parameters: 8 MiB of Korean': () => pngWith([chunks.international('parameters', '성'.repeat(2_700_000))]),
  'prompt: 8 MiB of empty lists': () => pngTexts({ prompt: filled('{"class_type":[', '[],', '1]}') }),
  'prompt: 8 MiB of numbers': () => pngTexts({ prompt: filled('{"class_type":[', '1,', '1]}') }),
  'prompt: 8 MiB of NaN': () => pngTexts({ prompt: filled('{"class_type":[', 'NaN,', '1]}') }),
  'prompt: as many keys as allowed': () => {
    const keys = Array.from({ length: 59_000 }, (_, index) => `"k${index}":{}`).join(',');
    return pngTexts({ prompt: `{"class_type":{${keys}}}` });
  },
  'prompt: 8 MiB of one text': () => pngTexts({ prompt: filled('{"1":{"class_type":"', 'x', '"}}') }),
  'prompt: 8 MiB of escapes': () => pngTexts({ prompt: filled('{"1":{"class_type":"', '\\"', '"}}') }),
  'prompt: a chain of 6,000 nodes': () => pngTexts({ prompt: longGraph(6_000) }),
  'prompt and workflow: 7 MiB each': () =>
    pngTexts({
      prompt: filled('{"1":{"class_type":"', 'x', '"}}', 7 * MIB),
      workflow: filled('{"nodes":["', 'x', '"]}', 7 * MIB),
    }),
  'UserComment: 8 MiB of UTF-16': () =>
    webpWith(
      [],
      [riffChunk('EXIF', exifBlock({ exif: [userComment(codings.utf16be('성 '.repeat(2_000_000)))] }))],
    ),
  'EXIF: 500 values of 6 MiB': () => {
    const block = exifBlock({ first: Array(500).fill(ascii(0x010e, 'abcdef')) });
    const value = Buffer.alloc(6 * MIB, 0x61);
    for (let entry = 0; entry < 500; entry += 1) {
      block.writeUInt32BE(value.length, 10 + entry * 12 + 4);
      block.writeUInt32BE(block.length, 10 + entry * 12 + 8);
    }
    return webpWith([riffChunk('EXIF', Buffer.concat([block, value]))]);
  },
  'XMP: 256 KiB of entities': () =>
    pngWith([
      chunks.international(
        'XML:com.adobe.xmp',
        filled('<exif:UserComment>', '&quot;', '</exif:UserComment>', MIB / 4),
      ),
    ]),
  '256 texts of 60 KiB': () =>
    pngWith(Array.from({ length: 256 }, (_, index) => chunks.text(`k${index}`, 'a: b, '.repeat(10_000)))),
  '200,000 empty chunks': async () => {
    const empty = Buffer.from('\0\0\0\0junk\0\0\0\0', 'latin1');
    return Buffer.concat([(await pngPicture()).subarray(0, 33), Buffer.alloc(12 * 200_000, empty)]);
  },
};
