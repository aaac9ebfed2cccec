import fc from 'fast-check';

// Where nobody watches, a red run is the change's own doing: the cases are the same each time, and new ones are looked for at
// home and by `npm run proof`. Shrinking a history of crashes takes longer than a test may, and then a time-out stands where
// the seed should: the first failing case is told, with seed and path, by which it is shrunk at home.
if (process.env['CI'] === 'true') {
  const seed = process.env['KIROKU_SEED'];
  fc.configureGlobal({ endOnFailure: true, ...(seed === undefined ? {} : { seed: Number(seed) }) });
}
