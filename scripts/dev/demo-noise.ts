import type { Random } from '../../test/support/random.ts';

/** Smooth random values over the plane, about 0…1. */
export interface Noise {
  /** One octave. */
  at(x: number, y: number): number;
  /** Octaves of half the size and half the strength on top of each other: clouds, rock, water. */
  sum(x: number, y: number, octaves: number): number;
  /** The same with sharp crests: mountains. */
  ridge(x: number, y: number, octaves: number): number;
}

const SIZE = 256;

/** Value noise over a lattice that repeats after 256 cells. */
export function createNoise(random: Random): Noise {
  const lattice = Float32Array.from({ length: SIZE * SIZE }, random);
  const cell = (x: number, y: number) => lattice[((y & 255) << 8) | (x & 255)] ?? 0;
  const at = (x: number, y: number): number => {
    const left = Math.floor(x);
    const top = Math.floor(y);
    const fx = smooth(x - left);
    const fy = smooth(y - top);
    const upper = cell(left, top) + (cell(left + 1, top) - cell(left, top)) * fx;
    const lower = cell(left, top + 1) + (cell(left + 1, top + 1) - cell(left, top + 1)) * fx;
    return upper + (lower - upper) * fy;
  };
  const folded = (x: number, y: number, octaves: number, shape: (value: number) => number): number => {
    let value = 0;
    let strength = 0.5;
    let scale = 1;
    for (let octave = 0; octave < octaves; octave += 1) {
      value += shape(at(x * scale + octave * 37.7, y * scale + octave * 17.3)) * strength;
      strength /= 2;
      scale *= 2.03;
    }
    return value / (1 - 0.5 ** octaves);
  };
  return {
    at,
    sum: (x, y, octaves) => folded(x, y, octaves, (value) => value),
    ridge: (x, y, octaves) => folded(x, y, octaves, (value) => 1 - Math.abs(value * 2 - 1)),
  };
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}
