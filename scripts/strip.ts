// `node scripts/strip.ts PICTURE COPY`: a copy of a picture without anything that was embedded in it.
import { open, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { KirokuError } from '../src/domain/errors.ts';
import { stripMetadata } from '../src/media/metadata/strip.ts';
import { EXIT } from './lib/cli.ts';

const USAGE = `node scripts/strip.ts PICTURE COPY

Writes COPY, a new file: the same pixels, colours and orientation as PICTURE (PNG, JPEG or WebP), and no prompt, graph,
EXIF, XMP, comment, thumbnail, or bytes behind its end. PICTURE stays as it is; the server may run meanwhile.
`;

const { values, positionals } = parseArgs({
  options: { help: { type: 'boolean', default: false } },
  allowPositionals: true,
});

async function strip(from: string, to: string): Promise<number> {
  await using picture = await open(from, 'r');
  const source = {
    size: (await picture.stat()).size,
    read: async (position: number, length: number) => {
      const { buffer, bytesRead } = await picture.read(new Uint8Array(length), 0, length, position);
      return buffer.subarray(0, bytesRead);
    },
    close: () => picture.close(),
  };
  const copy = await open(to, 'wx');
  try {
    await pipeline(stripMetadata(source), copy.createWriteStream());
    return EXIT.done;
  } catch (error) {
    await rm(to);
    if (!(error instanceof KirokuError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return EXIT.found;
  }
}

const [from, to, ...rest] = positionals;
if (values.help) process.stdout.write(USAGE);
else if (from === undefined || to === undefined || rest.length > 0) {
  process.stderr.write(`Two names are needed.\n\n${USAGE}`);
  process.exitCode = EXIT.usage;
} else process.exitCode = await strip(from, to);
