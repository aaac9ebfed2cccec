import { type Random, seededRandom } from '../../test/support/random.ts';
import { add, along, type Colour, clamp, mix, type Palette, pickPalette, step } from './demo-colours.ts';
import { createNoise, type Noise } from './demo-noise.ts';

/** Colour of a place: `x` and `y` in units of the shorter side, `y` downwards from 0. */
type Paint = (x: number, y: number) => Colour;

interface Sheet {
  readonly random: Random;
  readonly noise: Noise;
  readonly palette: Palette;
  /** Of the sheet, in units of the shorter side. */
  readonly width: number;
  readonly height: number;
}

export const SCENES = {
  mountains,
  sea,
  aurora,
  ink,
  planet,
  fractal,
  city,
  dunes,
  lanterns,
  flower,
} as const;

export type Scene = keyof typeof SCENES;

/** The picture's pixels, 8-bit RGB. The same seed is the same picture. */
export function paintScene(scene: Scene, seed: number, width: number, height: number): Buffer {
  const random = seededRandom(seed);
  const unit = Math.min(width, height);
  const sheet = {
    random,
    noise: createNoise(random),
    palette: pickPalette(random),
    width: width / unit,
    height: height / unit,
  };
  const paint = SCENES[scene](sheet);
  const data = Buffer.alloc(width * height * 3);
  for (let row = 0, at = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1, at += 3) {
      const [red, green, blue] = paint(column / unit, row / unit);
      const grain = (random() - 0.5) * 0.02;
      data[at] = clamp(red + grain) * 255;
      data[at + 1] = clamp(green + grain) * 255;
      data[at + 2] = clamp(blue + grain) * 255;
    }
  }
  return data;
}

/** Ridges behind each other, each paler than the one before it, under a sky with a sun. */
function mountains({ random, noise, palette, width, height }: Sheet): Paint {
  const sun = {
    x: (0.2 + random() * 0.6) * width,
    y: (0.15 + random() * 0.25) * height,
    size: 0.04 + random() * 0.05,
  };
  const crestOf = byColumn((x, layer) => {
    const near = layer / 4;
    const crest = (noise.ridge(x * (1 + near) + layer * 9, layer * 3.3, 6) - 0.4) * 0.42;
    return height * (0.42 + near * 0.42) - crest;
  });
  const sky = (x: number, y: number): Colour => {
    const away = Math.hypot(x - sun.x, y - sun.y);
    const cloud = noise.sum(x * 1.5, y * 5, 4) * 0.1;
    const light = step(sun.size * 1.15, sun.size, away) * 0.6 + 0.05 / (away * 6 + 0.15);
    return add(along(palette, 0.95 - (y / height) * 0.7 + cloud), palette[4], light);
  };
  return (x, y) => {
    for (let layer = 4; layer >= 0; layer -= 1) {
      const below = y - crestOf(x, layer);
      if (below < 0) continue;
      const near = layer / 4;
      const rock = noise.sum(x * 9, y * 14, 3) * 0.12;
      return mix(
        along(palette, 0.72 - near * 0.7 + rock),
        palette[3],
        clamp(0.35 - below * 1.6) * (1 - near),
      );
    }
    return sky(x, y);
  };
}

/** A low sun and its path over the waves. */
function sea({ random, noise, palette, width, height }: Sheet): Paint {
  const horizon = height * (0.4 + random() * 0.2);
  const sunX = (0.25 + random() * 0.5) * width;
  return (x, y) => {
    const away = Math.hypot(x - sunX, (y - horizon) * 1.2);
    if (y < horizon) {
      const cloud = step(0.45, 0.75, noise.sum(x * 1.4 + 5, y * 4.5, 5));
      const sky = along(palette, 0.35 + (y / horizon) * 0.6);
      return add(
        mix(sky, palette[1], cloud * 0.45),
        palette[4],
        step(0.085, 0.075, away) * 0.7 + 0.06 / (away * 5 + 0.2),
      );
    }
    const depth = (y - horizon) / (height - horizon);
    const wave = noise.sum(x * (7 - depth * 4), (y - horizon) * (60 / (depth * 3 + 0.3)), 4);
    const path = Math.exp(-(((x - sunX) / (0.05 + depth * 0.22)) ** 2)) * step(0.42, 0.7, wave);
    return add(along(palette, 0.5 - depth * 0.45 + (wave - 0.5) * 0.35), palette[4], path * 0.8);
  };
}

/** Curtains of light over a wood. */
function aurora({ random, noise, palette, width, height }: Sheet): Paint {
  const shift = random() * 20;
  const star = starsOf(random, 130, width, height * 0.75);
  const topOf = byColumn((x, curtain) => {
    const bend = noise.sum(x * 1.3 + shift + curtain * 7, curtain * 2.1, 4);
    return height * (0.1 + curtain * 0.12 + bend * 0.35);
  });
  const treesOf = byColumn((x) => height * 0.93 - noise.at(x * 26, 4) * 0.13 - noise.sum(x * 3, 9, 3) * 0.12);
  return (x, y) => {
    if (y > treesOf(x, 0)) return mix(palette[0], [0, 0, 0], 0.72);
    let colour = mix(palette[0], palette[1], y / height);
    colour = add(colour, [1, 1, 1], star(x, y));
    for (let curtain = 0; curtain < 3; curtain += 1) {
      const top = topOf(x, curtain);
      const light = step(top - 0.02, top + 0.04, y) * Math.exp(-(y - top) * 4.2);
      const rays = 0.45 + noise.at(x * 34 + curtain * 50, y * 0.8) * 0.55;
      colour = add(colour, curtain === 1 ? palette[3] : palette[2], Math.max(0, light) * rays * 0.85);
    }
    return colour;
  };
}

/** Ink in water: noise that is bent by noise. */
function ink({ random, noise, palette }: Sheet): Paint {
  const zoom = 1.6 + random() * 1.6;
  const strength = 1.2 + random() * 1.6;
  return (x, y) => {
    const bendX = noise.sum(x * zoom, y * zoom, 4);
    const bendY = noise.sum(x * zoom + 31, y * zoom + 17, 4);
    const flow = noise.sum(x * zoom + bendX * strength * 2, y * zoom + bendY * strength * 2, 5);
    return mix(along(palette, flow * 1.5 - 0.25), palette[4], step(0.62, 0.8, bendY) * 0.5);
  };
}

/** A planet before the stars, lit from one side. */
function planet({ random, noise, palette, width, height }: Sheet): Paint {
  const radius = 0.24 + random() * 0.14;
  const [middleX, middleY] = [width * (0.4 + random() * 0.2), height * (0.42 + random() * 0.16)];
  const star = starsOf(random, 220, width, height);
  const bands = random() < 0.5;
  return (x, y) => {
    const [dx, dy] = [(x - middleX) / radius, (y - middleY) / radius];
    const distance = Math.hypot(dx, dy);
    if (distance > 1) {
      const dust = noise.sum(x * 2 + 3, y * 2, 5);
      const space = mix([0.01, 0.01, 0.03], palette[1], step(0.45, 0.85, dust) * 0.5);
      return add(add(space, [1, 1, 1], star(x, y)), palette[3], 0.25 * Math.exp(-(distance - 1) * 16));
    }
    const depth = Math.sqrt(1 - distance * distance);
    const surface = bands
      ? noise.sum(dx * 1.2 + depth, dy * 7 + noise.at(dx * 3, dy * 3), 4)
      : noise.sum(dx * 2.4 + depth * 2, dy * 2.4, 6);
    const light = clamp(dx * -0.6 + dy * -0.45 + depth * 0.65);
    return mix([0, 0, 0.01], along(palette, surface * 1.3 - 0.1), light ** 0.8);
  };
}

/** A Julia set (https://en.wikipedia.org/wiki/Julia_set), smoothly coloured. */
function fractal({ random, palette, width, height }: Sheet): Paint {
  const angle = random() * Math.PI * 2;
  const [real, imaginary] = [0.7885 * Math.cos(angle), 0.7885 * Math.sin(angle)];
  const zoom = 2.4 + random() * 0.6;
  return (x, y) => {
    let [a, b] = [(x - width / 2) * zoom, (y - height / 2) * zoom];
    let steps = 0;
    for (; steps < 90 && a * a + b * b < 64; steps += 1)
      [a, b] = [a * a - b * b + real, 2 * a * b + imaginary];
    if (steps === 90) return palette[0];
    const smoothed = steps + 1 - Math.log2(Math.log2(a * a + b * b) / 2 + 0.001);
    return along(palette, (smoothed / 26) % 1.25);
  };
}

/** Houses with lit windows in the rain, and their light on the street. */
function city({ random, noise, palette, height }: Sheet): Paint {
  const street = height * 0.82;
  const seed = random() * 90;
  const building = (x: number, layer: number) => {
    const block = Math.floor(x * (5 + layer * 2) + seed + layer * 40);
    return {
      block,
      top: street - 0.12 - noise.at(block * 7.7, layer * 3.1) * (0.62 - layer * 0.12) * height,
    };
  };
  const skyline = (x: number, y: number): Colour => {
    let colour = along(palette, 0.18 + (y / street) * 0.45 + noise.sum(x * 2, y * 3, 3) * 0.15);
    for (let layer = 0; layer < 3; layer += 1) {
      const { block, top } = building(x, layer);
      if (y < top) continue;
      colour = mix(palette[0], palette[1], 0.55 - layer * 0.25);
      const [column, row] = [Math.floor(x * 62), Math.floor(y * 44)];
      const inside = (x * 62) % 1 > 0.35 && (y * 44) % 1 > 0.45;
      if (inside && noise.at(column * 3.7 + block, row * 5.3 + layer) > 0.66)
        colour = mix(palette[3], palette[4], noise.at(column, row));
    }
    return colour;
  };
  return (x, y) => {
    if (y < street) return add(skyline(x, y), [1, 1, 1], noise.at(x * 150, y * 5) > 0.9 ? 0.07 : 0);
    const ripple = (noise.sum(x * 26, y * 50, 2) - 0.5) * 0.05;
    return mix(skyline(x + ripple, street * 2 - y - 0.04), palette[0], 0.45);
  };
}

/** Sand, lit from the side. */
function dunes({ random, noise, palette, height }: Sheet): Paint {
  const shift = random() * 30;
  const waveOf = byColumn((x, layer) => noise.sum(x * 0.9 + shift + layer * 5, layer * 2.7, 3));
  const slopeOf = byColumn(
    (x, layer) => noise.sum(x * 0.9 + 0.02 + shift + layer * 5, layer * 2.7, 3) - waveOf(x, layer),
  );
  return (x, y) => {
    for (let layer = 3; layer >= 0; layer -= 1) {
      const below = y - height * (0.34 + layer * 0.17) - (waveOf(x, layer) - 0.5) * 0.42;
      if (below < 0) continue;
      const ripple = Math.sin(below * 160 + noise.sum(x * 6, y * 6, 2) * 14) * 0.025;
      return along(palette, clamp(0.62 - layer * 0.08 + slopeOf(x, layer) * 16 + ripple - below * 0.35));
    }
    return along(palette, 0.98 - (y / height) * 0.4);
  };
}

/** Lights out of focus. */
function lanterns({ random, noise, palette, width, height }: Sheet): Paint {
  const lights = Array.from({ length: 26 }, () => ({
    x: random() * width,
    y: random() * height,
    size: 0.025 + random() ** 2 * 0.11,
    colour: along(palette, 0.5 + random() * 0.5),
    much: 0.15 + random() * 0.5,
  }));
  return (x, y) => {
    let colour = along(palette, 0.05 + noise.sum(x * 2, y * 2, 3) * 0.25);
    for (const light of lights) {
      const away = Math.hypot(x - light.x, y - light.y) / light.size;
      if (away < 1.05)
        colour = add(colour, light.colour, step(1.05, 0.96, away) * light.much * (0.65 + away ** 3 * 0.35));
    }
    return colour;
  };
}

/** Petals around a middle, row behind row. */
function flower({ random, noise, palette, width, height }: Sheet): Paint {
  const petals = 7 + Math.floor(random() * 9);
  const turn = random() * 6;
  return (x, y) => {
    const [dx, dy] = [x - width / 2, y - height * 0.48];
    const [distance, angle] = [Math.hypot(dx, dy), Math.atan2(dy, dx)];
    const blur = noise.sum(x * 2.5, y * 2.5, 4);
    let colour = mix(along(palette, 0.1 + blur * 0.4), palette[0], 0.35);
    for (let ring = 3; ring >= 0; ring -= 1) {
      const wave = Math.abs(Math.cos((angle * petals) / 2 + turn + ring * 1.3));
      const edge = (0.16 + ring * 0.085) * (0.55 + wave * 0.5);
      if (distance > edge) continue;
      const vein = noise.at(angle * 30, distance * 5 + ring * 8) * 0.14;
      colour = along(palette, 0.98 - ring * 0.13 - (1 - distance / edge) * 0.4 - vein * wave);
    }
    return distance < 0.075 ? mix(palette[1], palette[3], noise.at(x * 90, y * 90)) : colour;
  };
}

/** Points of light, found by the cell they lie in. */
function starsOf(
  random: Random,
  count: number,
  width: number,
  height: number,
): (x: number, y: number) => number {
  const cells = new Map<string, { x: number; y: number; much: number }>();
  for (let star = 0; star < count; star += 1) {
    const [x, y] = [random() * width, random() * height];
    cells.set(`${Math.floor(x * 24)},${Math.floor(y * 24)}`, { x, y, much: 0.3 + random() * 0.7 });
  }
  return (x, y) => {
    const star = cells.get(`${Math.floor(x * 24)},${Math.floor(y * 24)}`);
    if (star === undefined) return 0;
    return star.much * step(0.0042, 0.001, Math.hypot(x - star.x, y - star.y));
  };
}

/** What depends on the column and the layer alone, worked out once for each. */
function byColumn(work: (x: number, layer: number) => number): (x: number, layer: number) => number {
  const known: Map<number, number>[] = [];
  return (x, layer) => {
    const columns = known[layer] ?? new Map<number, number>();
    known[layer] = columns;
    const found = columns.get(x) ?? work(x, layer);
    columns.set(x, found);
    return found;
  };
}
