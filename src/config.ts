import { z } from 'zod';
import { type AuthConfig, authConflicts, authOf } from './config-auth.ts';
import { LATER_SETTINGS, SETTINGS } from './config-settings.ts';
import type { QuotaLimits } from './domain/quota.ts';
import type { Retention } from './domain/retention.ts';

/** Every setting, validated and frozen at start. `docs/operations.md` describes each. Bytes are bytes, times as named. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Scheme, host and path under which the world sees us; undefined: taken from each request. */
  readonly publicUrl: URL | undefined;
  /** Path of `publicUrl` without a trailing slash: '' or '/kiroku'. In front of every URL we give out. */
  readonly basePath: string;
  /** Addresses or networks (CIDR) whose X-Forwarded-* we believe; empty: nobody's. */
  readonly trustProxy: readonly string[];
  readonly outputDir: string;
  /** True when OUTPUT_DIR was not set: only then is a missing folder made. */
  readonly outputDirIsDefault: boolean;
  /** The id that `.kiroku/volume.json` must have; undefined: any. */
  readonly volumeId: string | undefined;
  readonly adminToken: string | undefined;
  readonly serviceToken: string | undefined;
  /** First signs, all verify. */
  readonly cookieSecrets: readonly string[] | undefined;
  readonly metricsToken: string | undefined;
  readonly auth: AuthConfig;
  readonly uploadMaxBytes: number;
  readonly inputsMaxBytes: number;
  readonly controlsMaxBytes: number;
  readonly maxPixels: number;
  readonly maxFrames: number;
  readonly thumbSize: number;
  readonly allowedHosts: readonly string[];
  /** Unsigned ids of the earlier system are upgraded until this time (ms); undefined: never. */
  readonly legacyCookiesUntil: number | undefined;
  /** IANA zone in which times without a zone in older sidecars are read. */
  readonly legacyTz: string;
  readonly recentSize: number;
  readonly indexMaxBytes: number;
  /** Bytes of finished list answers kept in memory; 0 for none. */
  readonly pageCacheBytes: number;
  readonly diskReserveBytes: number;
  readonly healthzDiskMinFreeBytes: number;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Cron expressions by job name; `off` for never. */
  readonly cron: {
    readonly reconcileRecent: string;
    readonly reconcileFull: string;
    readonly purgeTrash: string;
    readonly comfyInputs: string;
    readonly quotas: string;
    readonly verify: string;
    readonly thumbnails: string;
    readonly sweep: string;
  };
  /** Where ComfyUI looks for inputs; undefined: inputs cannot be placed. */
  readonly comfyInputDir: string | undefined;
  readonly comfyInputMaxAgeMs: number;
  readonly retention: Retention;
  /** Of owners about whom nothing else is said. */
  readonly quota: QuotaLimits;
  /** Largest share of the pictures that a scheduled purge removes, 0…1. */
  readonly purgeMostShare: number;
  /** Requests per minute; 0 switches a limit off. */
  readonly rateLimits: {
    readonly perAddress: number;
    readonly perOwner: number;
    readonly newIdentities: number;
  };
}

export type Environment = Readonly<Record<string, string | undefined>>;

export type LoadedConfig =
  | { readonly ok: true; readonly config: Config; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[]; readonly warnings: readonly string[] };

const SCHEMA = z.object({ ...SETTINGS, ...LATER_SETTINGS });
const KNOWN: readonly string[] = Object.keys(SCHEMA.shape);
const DEFAULT_OUTPUT_DIR = './outputs';
/** Nobody else's variables begin like this. */
const OUR_PREFIXES = [
  'KIROKU_',
  'AUTH_',
  'CRON_RECONCILE',
  'CRON_PURGE',
  'CRON_COMFY',
  'CRON_QUOTA',
  'TRASH_',
  'PURGE_',
  'COMFY_INPUT',
  'RATE_LIMIT_',
  'HEALTHZ_',
  'QUOTA_',
  'LEGACY_',
];

/**
 * Reads every setting from the environment. Every problem is told, not only the first; values of secrets never are.
 * A variable that is set to nothing counts as unset.
 */
export function loadConfig(env: Environment): LoadedConfig {
  const warnings = [...strangers(env), ...withoutEffect(env)];
  const given = Object.fromEntries(KNOWN.map((name) => [name, env[name]?.trim() || undefined]));
  const parsed = SCHEMA.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}.`);
    return { ok: false, problems: [...new Set(problems)], warnings };
  }
  const problems = conflicts(parsed.data);
  if (problems.length > 0) return { ok: false, problems, warnings };
  return { ok: true, config: Object.freeze(configOf(parsed.data)), warnings };
}

type Settings = z.output<typeof SCHEMA>;

/** Problems between settings that are right by themselves. */
function conflicts(settings: Settings): string[] {
  const { ADMIN_TOKEN, SERVICE_TOKEN, METRICS_TOKEN, COOKIE_SECRET } = settings;
  const secrets = [ADMIN_TOKEN, SERVICE_TOKEN, METRICS_TOKEN, ...(COOKIE_SECRET ?? [])].filter(
    (secret) => secret !== undefined,
  );
  const alike = new Set(secrets).size < secrets.length;
  const differ = 'ADMIN_TOKEN, SERVICE_TOKEN, METRICS_TOKEN, COOKIE_SECRET must differ from one another.';
  return [...(alike ? [differ] : []), ...authConflicts(settings)];
}

function configOf(settings: Settings): Config {
  const { COOKIE_SECRET: cookieSecrets } = settings;
  return {
    host: settings.HOST,
    port: settings.PORT,
    publicUrl: settings.PUBLIC_URL,
    basePath: settings.PUBLIC_URL?.pathname.replace(/\/$/, '') ?? '',
    trustProxy: settings.TRUST_PROXY,
    outputDir: settings.OUTPUT_DIR ?? DEFAULT_OUTPUT_DIR,
    outputDirIsDefault: settings.OUTPUT_DIR === undefined,
    volumeId: settings.VOLUME_ID,
    adminToken: settings.ADMIN_TOKEN,
    serviceToken: settings.SERVICE_TOKEN,
    cookieSecrets: cookieSecrets === undefined || cookieSecrets.length === 0 ? undefined : cookieSecrets,
    metricsToken: settings.METRICS_TOKEN,
    auth: authOf(settings),
    uploadMaxBytes: settings.UPLOAD_MAX_BYTES,
    inputsMaxBytes: settings.INPUTS_MAX_BYTES,
    controlsMaxBytes: settings.CONTROLS_MAX_BYTES,
    maxPixels: settings.MAX_PIXELS,
    maxFrames: settings.MAX_FRAMES,
    thumbSize: settings.THUMB_SIZE,
    allowedHosts: settings.ALLOWED_HOSTS,
    legacyCookiesUntil: settings.LEGACY_COOKIES,
    legacyTz: settings.LEGACY_TZ,
    recentSize: settings.RECENT_SIZE,
    indexMaxBytes: settings.INDEX_MAX_BYTES,
    pageCacheBytes: settings.PAGE_CACHE_MB,
    diskReserveBytes: settings.DISK_RESERVE_MB,
    healthzDiskMinFreeBytes: settings.HEALTHZ_DISK_MIN_FREE_MB,
    logLevel: settings.LOG_LEVEL,
    cron: {
      reconcileRecent: settings.CRON_RECONCILE_RECENT,
      reconcileFull: settings.CRON_RECONCILE_FULL,
      purgeTrash: settings.CRON_PURGE_TRASH,
      comfyInputs: settings.CRON_COMFY_INPUTS,
      quotas: settings.CRON_QUOTAS,
      verify: settings.CRON_VERIFY,
      thumbnails: settings.CRON_THUMBNAILS,
      sweep: settings.CRON_SWEEP,
    },
    comfyInputDir: settings.COMFY_INPUT_DIR,
    comfyInputMaxAgeMs: settings.COMFY_INPUT_MAX_AGE_HOURS * 3_600_000,
    retention: {
      guestDays: settings.TRASH_RETENTION_DAYS_GUEST ?? settings.TRASH_RETENTION_DAYS,
      memberDays: settings.TRASH_RETENTION_DAYS,
      keepFavorites: settings.TRASH_KEEP_FAVORITES,
    },
    quota: {
      maxBytes: settings.QUOTA_MAX_BYTES || null,
      maxCount: settings.QUOTA_MAX_COUNT || null,
      trashMaxBytes: settings.QUOTA_TRASH_MAX_BYTES || null,
      policy: settings.QUOTA_POLICY,
    },
    purgeMostShare: settings.PURGE_MAX_SHARE_PERCENT / 100,
    rateLimits: {
      perAddress: settings.RATE_LIMIT_PER_ADDRESS,
      perOwner: settings.RATE_LIMIT_PER_OWNER,
      newIdentities: settings.RATE_LIMIT_NEW_IDENTITIES,
    },
  };
}

/** Variables that nothing reads but that look as if they were meant for us. */
function strangers(env: Environment): string[] {
  const unknown = Object.keys(env).filter((name) => !KNOWN.includes(name));
  return unknown.flatMap((name) => {
    const meant = KNOWN.find((known) => isNearMiss(name, known));
    if (meant !== undefined) return [`${name} is not a setting; did you mean ${meant}?`];
    return OUR_PREFIXES.some((prefix) => name.startsWith(prefix)) ? [`${name} is not a setting.`] : [];
  });
}

/** A quota or a login that somebody counts on, and that this version does not have, must not pass in silence. */
function withoutEffect(env: Environment): string[] {
  return Object.keys(LATER_SETTINGS)
    .filter((name) => (env[name]?.trim() ?? '') !== '')
    .map((name) => `${name} has no effect in this version.`);
}

/** One or two slips of the finger away; short names are too close to everything. */
function isNearMiss(name: string, known: string): boolean {
  if (!known.includes('_') || known.length < 7 || Math.abs(name.length - known.length) > 2) return false;
  if (name.toUpperCase() === known) return true;
  return distance(name, known) <= (known.length < 10 ? 1 : 2);
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
