import { describe, expect, it } from 'vitest';
import { proveSoak } from './soak.ts';
import { judge, type Sample } from './soak-judge.ts';

/**
 * That a soak would see what it is there for. The soak itself takes three minutes in which nearly nothing is done:
 * `npm test` runs it beside the suites (scripts/test.mjs), and `npm run proof -- soak` for an hour.
 */
const bystander = 12;
const CALM_LOOP = [
  { p99: 12, max: 30 },
  { p99: 14, max: 30 },
];
/** Every two seconds for two minutes; old garbage is looked for each time 40 MiB of it lie about. @param leak MiB a minute */
const minutes = (leak: number): Sample[] =>
  Array.from({ length: 60 }, (_, index) => ({
    minute: index / 30,
    memory: 200 + (leak * index) / 30 + ((index * 0.7) % 40),
    decoders: 80,
    descriptors: 40,
    pictures: 300,
  }));

describe('what a soak is judged by', () => {
  it('is fine for a heap that breathes', () => {
    expect(judge({ seconds: 120, samples: minutes(0), loop: CALM_LOOP, bystander })).toEqual([]);
  });

  it('is a leak of 50 kB a request in two minutes', () => {
    const leak = (50_000 * 16 * 60) / 2 ** 20;
    expect(judge({ seconds: 120, samples: minutes(leak), loop: CALM_LOOP, bystander })).toEqual([
      expect.stringMatching(/^memory rises by \d\d\./),
    ]);
  });

  it('is one of 1.5 MiB a minute in an hour', () => {
    const samples = Array.from({ length: 30 }, () => minutes(0)).flatMap((part, index) =>
      part.map((one) => ({ ...one, minute: one.minute + 2 * index, memory: one.memory + 3 * index })),
    );
    expect(judge({ seconds: 3_600, samples, loop: CALM_LOOP, bystander })).toEqual([
      expect.stringMatching(/^memory rises by 1\./),
    ]);
  });

  it('is a leak in the decoders alone, and decoders that nobody saw', () => {
    const decoders = (held: (one: Sample) => number) => {
      const samples = minutes(0).map((one) => ({ ...one, decoders: held(one) }));
      return judge({ seconds: 120, samples, loop: CALM_LOOP, bystander });
    };
    expect(decoders(({ minute }) => 80 + 30 * minute)).toEqual([
      expect.stringMatching(/^memory of the decoders rises by 30/),
    ]);
    expect(decoders(() => 0)).toEqual(['no decoder was ever seen']);
    expect(decoders(({ minute }) => (minute === 1 ? 0 : 80))).toEqual([]);
  });

  it('is a loop that is late, and what was not measured', () => {
    const late = (p99: number) => [...CALM_LOOP, { p99, max: 900 }, { p99, max: 900 }, { p99, max: 900 }];
    expect(judge({ seconds: 120, samples: minutes(0), loop: late(600), bystander })).toHaveLength(1);
    expect(judge({ seconds: 120, samples: minutes(0), loop: late(600), bystander: 300 })).toEqual([]);
    const hour = Array.from({ length: 11 }, () => CALM_LOOP).flat();
    expect(
      judge({ seconds: 120, samples: minutes(0), loop: [...hour, { p99: 101, max: 150 }], bystander }),
    ).toHaveLength(1);
    expect(judge({ seconds: 120, samples: [], loop: [], bystander })).toHaveLength(3);
  });
});

/** Loaded before the server. Every request leaves memory and a descriptor behind. */
const LEAK = `
import { Server } from 'node:http';
import { openSync } from 'node:fs';
const kept = [];
const { emit } = Server.prototype;
Server.prototype.emit = function (name, ...rest) {
  if (name === 'request') kept.push(Buffer.alloc(2_000_000, 1), openSync('/dev/null'));
  return emit.call(this, name, ...rest);
};`;

/** The watch begins with a look at the metrics. */
const END = `
import { Server } from 'node:http';
let left = Infinity;
const { emit } = Server.prototype;
Server.prototype.emit = function (name, ...rest) {
  if (name === 'request' && rest[0].url === '/metrics') left = Math.min(left, 20);
  if (name === 'request' && --left === 0) process.exit(7);
  return emit.call(this, name, ...rest);
};`;

const loading = (code: string) => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}`,
});

describe('a server that leaks', () => {
  it('is seen: its memory and its descriptors', { timeout: 240_000 }, async () => {
    const options = { cycles: 15, seed: 1, say: console.log, env: loading(LEAK) };
    const { breaches, figures } = await proveSoak(options);
    console.log(`a leaking server: ${JSON.stringify(figures)}`);
    expect(breaches).toContainEqual(expect.stringMatching(/memory rises by \d/));
    expect(breaches).toContainEqual(expect.stringMatching(/\d descriptors became \d/));
  });

  it('and so is one that ends by itself while it is watched', { timeout: 240_000 }, async () => {
    const { breaches } = await proveSoak({ cycles: 15, seed: 1, say: console.log, env: loading(END) });
    expect(breaches[0]).toMatch(/^seed 1, the server ended by itself \(7\)/);
  });
});
