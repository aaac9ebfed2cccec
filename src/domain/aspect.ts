function greatestDivisor(a: number, b: number): number {
  let [high, low] = [a, b];
  while (low > 0) [high, low] = [low, high % low];
  return high;
}

/**
 * The aspect ratio of a picture whose maker named none: width and height in lowest terms, `3:2`. Exact on purpose: a
 * near miss (`13:19` of 832×1216) stays what it is, so that a filter by ratio never mixes two shapes.
 */
export function aspectRatio(width: number, height: number): string {
  const divisor = greatestDivisor(width, height);
  return `${width / divisor}:${height / divisor}`;
}
