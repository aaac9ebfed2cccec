/** See schemathesis.mjs. */
export function schemathesisHere(): string | undefined;
