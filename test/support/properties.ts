import fc from 'fast-check';

// Shrinking a history of crashes takes longer than a test may, and then a time-out stands where the seed should.
// Where nobody watches, the first failing case is told, with its seed and path, by which it is shrunk at home.
if (process.env['CI'] === 'true') fc.configureGlobal({ endOnFailure: true });
