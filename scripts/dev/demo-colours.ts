import { type Random, randomBelow } from '../../test/support/random.ts';

/** Red, green, blue, 0…1. */
export type Colour = readonly [number, number, number];

/** From dark to light, or from the ground to the sky: five colours that go together. */
export type Palette = readonly [Colour, Colour, Colour, Colour, Colour];

const PALETTES: readonly (readonly [string, string, string, string, string])[] = [
  ['#0b1d33', '#23456b', '#7a6f8f', '#e39a6b', '#ffe0b0'],
  ['#1b1028', '#4a2347', '#9c3d54', '#e8764f', '#ffd07a'],
  ['#06202a', '#0f4c5c', '#3a8f8a', '#a8d5ba', '#f4f1de'],
  ['#151515', '#3b3a46', '#6d6875', '#b5a9a9', '#f2e9e4'],
  ['#0a1128', '#1c3f60', '#4f8fba', '#a4dded', '#f5fbff'],
  ['#22190f', '#5b3a1e', '#a8692f', '#e3b161', '#fff1c9'],
  ['#10231a', '#28523a', '#5b8e55', '#b7c96b', '#f6f3c2'],
  ['#1d0f2e', '#40236b', '#7e4ca8', '#d48bd0', '#ffe3f1'],
];

export function pickPalette(random: Random): Palette {
  const [a, b, c, d, e] = PALETTES[randomBelow(random, PALETTES.length)] ?? PALETTES[0] ?? [];
  return [colour(a), colour(b), colour(c), colour(d), colour(e)];
}

function colour(hex = '#000000'): Colour {
  const part = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16) / 255;
  return [part(1), part(3), part(5)];
}

/** Between two colours. @param t 0…1 */
export function mix(a: Colour, b: Colour, t: number): Colour {
  const part = clamp(t);
  return [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part, a[2] + (b[2] - a[2]) * part];
}

/** Along a palette. @param t 0…1 */
export function along(palette: Palette, t: number): Colour {
  const place = clamp(t) * 3.999;
  const index = Math.floor(place);
  const from = palette[index] ?? palette[0];
  return mix(from, palette[index + 1] ?? from, place - index);
}

/** Lighter by so much of another colour's light. */
export function add(a: Colour, b: Colour, much: number): Colour {
  return [a[0] + b[0] * much, a[1] + b[1] * much, a[2] + b[2] * much];
}

export function clamp(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}

/** 0 below `low`, 1 above `high`, smooth between them. */
export function step(low: number, high: number, value: number): number {
  const t = clamp((value - low) / (high - low));
  return t * t * (3 - 2 * t);
}
