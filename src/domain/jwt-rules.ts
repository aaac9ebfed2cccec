/** Signatures that are believed (RFC 7518, RFC 8037). None of them can be made with what everybody may know. */
export const JWT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'EdDSA',
] as const;
export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];

/** Whose tokens are taken, and for what. */
export interface JwtRules {
  readonly issuer: string;
  readonly audience: string;
  /** The only ones that are taken, whatever a token says. */
  readonly algorithms: readonly JwtAlgorithm[];
  /** The claim that names the member. */
  readonly claim: string;
}
