const DAY_MS = 86_400_000;

/**
 * The age that means, by now, the moment that it meant when it was asked about: what came into the trash since then was in
 * no preview, and stays. Times in ms.
 * @param askedAt before the question left: a picture too few goes, never one too many
 */
export function sameCutoff(days: number, askedAt: number, now: number): number {
  return days + Math.max(0, now - askedAt) / DAY_MS;
}
