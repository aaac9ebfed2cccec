import type { LoopDelay } from './soak-watch.ts';
import { theilSen } from './soak-watch.ts';

/** What was seen of a server during a soak, and whether it is that of one that could go on for years. */

export interface Sample {
  /** Since the beginning. */
  readonly minute: number;
  /** MiB. */
  readonly memory: number;
  readonly decoders: number;
  readonly descriptors: number;
  /** Alive, in all lists. */
  readonly pictures: number;
}

export interface Watched {
  readonly seconds: number;
  readonly samples: readonly Sample[];
  /** Minute by minute. */
  readonly loop: readonly LoopDelay[];
  /** p99 of the same for somebody who waits on this machine and has nothing to do with the server, ms. */
  readonly bystander: number;
}

/** MiB a minute, over a long time. */
const STEEPEST = 1;
/** The heap rises by as much before old garbage is looked for (seen: 276 MiB → 222): in a short time that is no slope. */
const BREATH = 50;
/** Garbage comes and goes within this many samples: what is held is the least of them. */
const BLOCK = 5;
/** From so many minutes on the loop's delay is judged by its worst minute; before it, by the one in the middle. */
const LONG = 10;
const LONGEST_DELAY_MS = 100;
/** A short run stands beside others that take every core, and hold up whoever waits for one: ms, and times a bystander's. */
const LONGEST_BESIDE_OTHERS_MS = 500;
const TIMES_A_BYSTANDER = 3;

/** MiB a minute that may not be reached within this many seconds. */
export function steepest(seconds: number): number {
  return Math.max(STEEPEST, BREATH / (seconds / 60));
}

/** MiB a minute: the robust slope of what is held after garbage is gone. */
export function slopeOf(samples: readonly Sample[], held: (sample: Sample) => number): number {
  const least: [number, number][] = [];
  for (let at = 0; at < samples.length; at += BLOCK) {
    const block = samples.slice(at, at + BLOCK);
    const lowest = block.reduce((low, one) => (held(one) < held(low) ? one : low));
    least.push([lowest.minute, held(lowest)]);
  }
  return theilSen(least);
}

/** ms: of the worst minute, or of the middle one when there are few: then one that others on this machine took counts little. */
export function delayOf(loop: readonly LoopDelay[]): number {
  const sorted = loop.map(({ p99 }) => p99).sort((a, b) => a - b);
  return sorted.at(sorted.length < LONG ? (sorted.length - 1) >> 1 : -1) ?? Number.NaN;
}

/** Every breach, in words. What was not measured is one too. */
export function judge({ seconds, samples, loop, bystander }: Watched): string[] {
  const most = steepest(seconds);
  const rises = (what: string, held: (sample: Sample) => number) => {
    const slope = slopeOf(samples, held);
    if (slope < most) return [];
    return [`${what} rises by ${slope.toFixed(2)} MiB a minute, ${most.toFixed(2)} are too many`];
  };
  const seen = samples.some(({ decoders }) => decoders > 0);
  const delay = delayOf(loop);
  const longest =
    loop.length < LONG ? Math.max(LONGEST_BESIDE_OTHERS_MS, TIMES_A_BYSTANDER * bystander) : LONGEST_DELAY_MS;
  return [
    ...rises('memory', ({ memory }) => memory),
    ...(seen ? rises('memory of the decoders', ({ decoders }) => decoders) : ['no decoder was ever seen']),
    ...(delay < longest ? [] : [`the loop is late by ${delay.toFixed(0)} ms (p99)`]),
  ];
}
