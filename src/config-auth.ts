import { z } from 'zod';
import { list } from './config-env.ts';
import { JWT_ALGORITHMS, type JwtRules } from './domain/jwt-rules.ts';

/** How members prove themselves. Guests are there in any case. */
export type AuthConfig =
  | { readonly mode: 'none' }
  /** A proxy of TRUST_PROXY names them in this header (lower case). */
  | { readonly mode: 'proxy'; readonly header: string }
  | {
      readonly mode: 'jwt';
      readonly rules: JwtRules;
      /** An https address, or the path of a file. */
      readonly jwks: string;
      /** The cookie that may hold the token instead of `Authorization`. */
      readonly cookie: string | undefined;
    };

const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;

/** Settings of logins, with their checks and defaults. */
export const AUTH_SETTINGS = {
  AUTH: z.enum(['none', 'proxy', 'jwt'], 'must be one of none, proxy, jwt').default('none'),
  AUTH_HEADER: z
    .string()
    .regex(TOKEN, 'must be the name of a header')
    .transform((name) => name.toLowerCase())
    .refine(
      (name) => !['authorization', 'cookie', 'host', 'x-user-id', 'x-forwarded-for'].includes(name),
      'is a header that means something else',
    )
    .default('x-forwarded-user'),
  AUTH_JWKS: z
    .string()
    .refine(
      (text) => !/^[a-z]+:/i.test(text) || isSafeUrl(text),
      'must be an https address (http on this machine only), or the path of a file',
    )
    .optional(),
  AUTH_ISSUER: z.string().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  AUTH_ALGORITHMS: list(
    z
      .string()
      .transform((text) => JWT_ALGORITHMS.find((known) => known === text))
      .refine((known) => known !== undefined, `must be some of ${JWT_ALGORITHMS.join(', ')}`),
  ).default(['RS256', 'ES256', 'EdDSA']),
  AUTH_CLAIM: z.string().default('sub'),
  AUTH_COOKIE: z
    .string()
    .regex(TOKEN, 'must be the name of a cookie')
    .refine((name) => !/^(?:anon_id|(?:__(?:Host|Secure)-)?kiroku)/.test(name), 'is a cookie of our own')
    .optional(),
} as const;

const SCHEMA = z.object(AUTH_SETTINGS);
type AuthSettings = z.output<typeof SCHEMA> & { readonly TRUST_PROXY: readonly string[] };

/** Problems between settings that are right by themselves. */
export function authConflicts(settings: AuthSettings): string[] {
  if (settings.AUTH === 'proxy' && settings.TRUST_PROXY.length === 0) {
    return ['AUTH=proxy needs TRUST_PROXY: nobody else is believed.'];
  }
  if (settings.AUTH !== 'jwt') return [];
  const needed = ['AUTH_JWKS', 'AUTH_ISSUER', 'AUTH_AUDIENCE'] as const;
  const problems = needed
    .filter((name) => settings[name] === undefined)
    .map((name) => `AUTH=jwt needs ${name}.`);
  return settings.AUTH_ALGORITHMS.length > 0
    ? problems
    : [...problems, 'AUTH_ALGORITHMS must name one at least.'];
}

/** @param settings without conflicts */
export function authOf(settings: AuthSettings): AuthConfig {
  const { AUTH_JWKS: jwks, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = settings;
  if (settings.AUTH === 'proxy') return { mode: 'proxy', header: settings.AUTH_HEADER };
  if (settings.AUTH === 'none' || jwks === undefined || issuer === undefined || audience === undefined) {
    return { mode: 'none' };
  }
  const { AUTH_CLAIM: claim, AUTH_COOKIE: cookie } = settings;
  const algorithms = settings.AUTH_ALGORITHMS.filter((known) => known !== undefined);
  return { mode: 'jwt', rules: { issuer, audience, algorithms, claim }, jwks, cookie };
}

function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  if (protocol === 'https:') return true;
  return protocol === 'http:' && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
