import type { StorageFile } from '../../storage/storage.ts';

const PLACES = 8;
const SAMPLE = 16 << 10;

/**
 * About how many lines there are between two bytes of a file, a little more rather than less: from some places of it.
 * @throws the operating system's error
 */
export async function estimateLines(file: StorageFile, from: number, to: number): Promise<number> {
  const sample = Buffer.allocUnsafe(SAMPLE);
  let lines = 0;
  let bytes = 0;
  for (let place = 0; place < PLACES; place++) {
    const at = from + Math.floor(((to - from - SAMPLE) * place) / (PLACES - 1));
    const got = await file.read(sample, 0, SAMPLE, Math.max(from, at));
    for (let i = sample.indexOf(10); i >= 0 && i < got; i = sample.indexOf(10, i + 1)) lines += 1;
    bytes += got;
  }
  return bytes === 0 ? 0 : Math.ceil(((to - from) * lines * 1.02) / bytes);
}
