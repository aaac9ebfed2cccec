/** The same numbers for the same seed (Numerical Recipes, 7.1). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Lets whatever else is under way go on for a random while, so that every seed is another order of what happens. */
export function createTurns(seed: number) {
  const random = randomOf(seed * 7_919 + 3);
  const turns = { slow: false };
  return Object.assign(turns, {
    random,
    async nap(): Promise<void> {
      for (let left = turns.slow ? Math.floor(random() * 6) : 0; left > 0; left -= 1) {
        await new Promise(setImmediate);
      }
    },
  });
}
