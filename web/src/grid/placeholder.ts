import { thumbHashToAverageRGBA, thumbHashToRGBA } from 'thumbhash';

/** Work of one go, ms: a frame has 16. */
const SLICE_MS = 4;

const waiting = new Map<HTMLCanvasElement, string>();
let isRunning = false;

/** The mean colour of a picture; cheap: the first bytes of its hash. */
export function colourOf(hash: string | null): string | undefined {
  const bytes = bytesOf(hash);
  if (bytes === undefined) return undefined;
  const { r, g, b } = thumbHashToAverageRGBA(bytes);
  return `rgb(${Math.round(r * 255)} ${Math.round(g * 255)} ${Math.round(b * 255)})`;
}

/**
 * Draws the blurred picture that a hash holds, when there is time and unless it is no longer wanted by then.
 * @returns gives it up
 */
export function drawLater(canvas: HTMLCanvasElement, hash: string): () => void {
  waiting.set(canvas, hash);
  if (!isRunning) {
    isRunning = true;
    requestAnimationFrame(drawSome);
  }
  return () => waiting.delete(canvas);
}

function drawSome(): void {
  const end = performance.now() + SLICE_MS;
  for (const [canvas, hash] of waiting) {
    waiting.delete(canvas);
    draw(canvas, hash);
    if (performance.now() > end) break;
  }
  isRunning = waiting.size > 0;
  if (isRunning) requestAnimationFrame(drawSome);
}

function draw(canvas: HTMLCanvasElement, hash: string): void {
  const bytes = bytesOf(hash);
  if (bytes === undefined) return;
  const { w, h, rgba } = thumbHashToRGBA(bytes);
  canvas.width = w;
  canvas.height = h;
  canvas.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(rgba), w, h), 0, 0);
}

function bytesOf(hash: string | null): Uint8Array | undefined {
  if (hash === null || hash === '') return undefined;
  try {
    return Uint8Array.from(atob(hash), (character) => character.charCodeAt(0));
  } catch {
    // written by somebody else: a plain box
    return undefined;
  }
}
