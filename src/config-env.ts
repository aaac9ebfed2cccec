import { BlockList, isIP } from 'node:net';
import { validate } from 'node-cron';
import { z } from 'zod';
import { parseTime } from './domain/time.ts';

/** Building blocks for the settings: each turns a text of the environment into a value, or says what is wrong. */

const YES = ['true', '1', 'yes', 'on'];
const NO = ['false', '0', 'no', 'off'];
const MIB = 1024 * 1024;
const DAY_MS = 24 * 3600 * 1000;
/** Shorter secrets can be guessed. */
const MIN_SECRET_LENGTH = 32;
/** A secret of few different characters is a placeholder. */
const MIN_SECRET_VARIETY = 8;
const PLACEHOLDER = /change.?me|example|placeholder|default|password|your.?(secret|token)|insecure/i;

export function integer({ min, max }: { readonly min: number; readonly max: number }) {
  return z
    .string()
    .regex(/^[0-9]{1,15}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must lie between ${min} and ${max}`);
}

/** Yes or no, as people write it. */
export const flag = z
  .string()
  .transform((text) => text.toLowerCase())
  .refine((text) => [...YES, ...NO].includes(text), 'must be true or false')
  .transform((text) => YES.includes(text));

/** A number of MiB, given out in bytes. */
export function mebibytes(max = 1024 * 1024) {
  return integer({ min: 0, max }).transform((value) => value * MIB);
}

/** A number of bytes; `64MiB`, `10MB` and the like are taken too. */
export function bytes(min: number) {
  const units: Readonly<Record<string, number>> = {
    '': 1,
    KB: 1e3,
    MB: 1e6,
    GB: 1e9,
    KIB: 1024,
    MIB,
    GIB: 1024 * MIB,
  };
  return z
    .string()
    .regex(/^[0-9]{1,15} ?(?:[KMG]i?B)?$/i, 'must be a number of bytes, as in 67108864 or 64MiB')
    .transform((text) => {
      const unit = text.replace(/^[0-9]+ ?/, '').toUpperCase();
      return Number.parseInt(text, 10) * (units[unit] ?? Number.NaN);
    })
    .refine((value) => Number.isSafeInteger(value) && value >= min, `must be at least ${min} bytes`);
}

export function list<T>(item: z.ZodType<T, string>) {
  return z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(item));
}

/** A secret that cannot be guessed. Its value never appears in a message. */
export const secret = z
  .string()
  .min(MIN_SECRET_LENGTH, `is too weak: at least ${MIN_SECRET_LENGTH} random characters (or leave it unset)`)
  .refine(
    (text) => new Set(text).size >= MIN_SECRET_VARIETY && !PLACEHOLDER.test(text),
    'is too weak: it looks like a placeholder',
  )
  .refine((text) => /^[\x21-\x7e]+$/.test(text), 'must be printable ASCII without blanks');

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  if (!/^[0-9]{1,3}$/.test(prefix)) return false;
  try {
    new BlockList().addSubnet(address, Number(prefix), family === 6 ? 'ipv6' : 'ipv4');
    return true;
  } catch {
    return false;
  }
}

export const network = z.string().refine(isNetwork, 'must be an address or a network, as in 10.0.0.0/8');

export const hostName = z
  .string()
  .transform((text) => text.toLowerCase())
  .refine((text) => /^[a-z0-9.-]{1,253}$|^\[[0-9a-f:.]+\]$/.test(text), 'must be a host name without port');

/** Where the server listens: an address, or a name. */
export const bindHost = z.string().regex(/^[A-Za-z0-9.:_-]{1,253}$/, 'must be an address or a host name');

function publicUrlProblem(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    return 'must be an http or https URL';
  if (url.username !== '' || url.password !== '') return 'must not hold a user or password';
  if (url.search !== '' || url.hash !== '') return 'must have neither query nor fragment';
  return /^(?:\/[A-Za-z0-9._~-]+)*\/?$/.test(url.pathname)
    ? undefined
    : 'has a path of more than plain names';
}

export const publicUrl = z.string().transform((text, context) => {
  const problem = publicUrlProblem(text);
  if (problem === undefined) return new URL(text);
  context.addIssue({ code: 'custom', message: problem });
  return z.NEVER;
});

export const httpUrl = z
  .string()
  .refine((text) => publicUrlProblem(text) === undefined, 'must be an http or https URL');

export const timeZone = z.string().refine((text) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }) !== undefined;
  } catch {
    return false;
  }
}, 'must be an IANA time zone, as in Asia/Seoul');

/** `off`, a day (to its end in UTC), or a time with a zone. ms since the epoch. */
export const until = z.string().transform((text, context) => {
  if (['off', 'false', '0', 'no'].includes(text)) return undefined;
  const day = parseTime(`${text}T00:00:00Z`);
  const time = day === undefined ? parseTime(text) : day + DAY_MS;
  if (time !== undefined) return time;
  context.addIssue({ code: 'custom', message: 'must be a day, as in 2027-06-30, or off' });
  return z.NEVER;
});

/** A cron expression of five or six fields, or `off`. */
export const cron = z
  .string()
  .refine(
    (text) => text === 'off' || validate(text),
    'must be a cron expression, as in "*/5 * * * *", or off',
  );
