import { z } from 'zod';
import { AUTH_SETTINGS } from './config-auth.ts';
import {
  bindHost,
  bytes,
  cron,
  flag,
  hostName,
  httpUrl,
  integer,
  list,
  mebibytes,
  network,
  publicUrl,
  secret,
  timeZone,
  until,
} from './config-env.ts';
import { QUOTA_POLICIES } from './domain/quota.ts';

/** Every setting this version uses, with its check and its default. `docs/operations.md` says what each is for. */
export const SETTINGS = {
  HOST: bindHost.default('127.0.0.1'),
  PORT: integer({ min: 0, max: 65_535 }).default(8000),
  PUBLIC_URL: publicUrl.optional(),
  TRUST_PROXY: list(network).default([]),
  ALLOWED_HOSTS: list(hostName).default([]),
  OUTPUT_DIR: z.string().optional(),
  VOLUME_ID: z
    .string()
    .regex(/^[0-9a-f]{32}$/, 'must be the 32 hex digits of .kiroku/volume.json')
    .optional(),
  ADMIN_TOKEN: secret.optional(),
  SERVICE_TOKEN: secret.optional(),
  COOKIE_SECRET: list(secret).optional(),
  METRICS_TOKEN: secret.optional(),
  UPLOAD_MAX_BYTES: bytes(1).default(64 * 1024 * 1024),
  INPUTS_MAX_BYTES: bytes(1).default(32 * 1024 * 1024),
  CONTROLS_MAX_BYTES: bytes(1).default(32 * 1024 * 1024),
  MAX_PIXELS: integer({ min: 1, max: 1_000_000_000 }).default(50_000_000),
  MAX_FRAMES: integer({ min: 1, max: 10_000 }).default(60),
  THUMB_SIZE: integer({ min: 32, max: 2048 }).default(320),
  ...AUTH_SETTINGS,
  LEGACY_COOKIES: until.optional(),
  LEGACY_TZ: timeZone.default('UTC'),
  RECENT_SIZE: integer({ min: 1, max: 10_000 }).default(200),
  INDEX_MAX_BYTES: bytes(1024 * 1024).default(256 * 1024 * 1024),
  PAGE_CACHE_MB: mebibytes().default(64 * 1024 * 1024),
  DISK_RESERVE_MB: mebibytes().default(256 * 1024 * 1024),
  HEALTHZ_DISK_MIN_FREE_MB: mebibytes().default(512 * 1024 * 1024),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'must be one of fatal, error, warn, info, debug, trace, silent',
    )
    .default('info'),
  CRON_RECONCILE_RECENT: cron.default('*/2 * * * *'),
  CRON_RECONCILE_FULL: cron.default('17 4 * * *'),
  CRON_COMFY_INPUTS: cron.default('23 * * * *'),
  COMFY_INPUT_DIR: z.string().optional(),
  COMFY_INPUT_MAX_AGE_HOURS: integer({ min: 1, max: 876_000 }).default(24),
  CRON_PURGE_TRASH: cron.default('47 3 * * *'),
  TRASH_RETENTION_DAYS: integer({ min: 0, max: 36_500 }).default(30),
  TRASH_RETENTION_DAYS_GUEST: integer({ min: 0, max: 36_500 }).optional(),
  TRASH_KEEP_FAVORITES: flag.default(true),
  CRON_QUOTAS: cron.default('27 3 * * *'),
  CRON_VERIFY: cron.default('11 1 * * *'),
  CRON_THUMBNAILS: cron.default('37 2 * * *'),
  CRON_SWEEP: cron.default('53 * * * *'),
  QUOTA_MAX_BYTES: bytes(0).default(0),
  QUOTA_MAX_COUNT: integer({ min: 0, max: 1_000_000_000 }).default(0),
  QUOTA_POLICY: z.enum(QUOTA_POLICIES, `must be one of ${QUOTA_POLICIES.join(', ')}`).default('block'),
  QUOTA_TRASH_MAX_BYTES: bytes(0).default(0),
  PURGE_MAX_SHARE_PERCENT: integer({ min: 1, max: 100 }).default(20),
  RATE_LIMIT_PER_ADDRESS: integer({ min: 0, max: 10_000_000 }).default(6000),
  RATE_LIMIT_PER_OWNER: integer({ min: 0, max: 10_000_000 }).default(6000),
  RATE_LIMIT_NEW_IDENTITIES: integer({ min: 0, max: 10_000_000 }).default(60),
} as const;

/** Settings of later versions: an environment that has them is no mistake; their form is checked, nothing uses them. */
export const LATER_SETTINGS = {
  COMFYUI_SERVER: httpUrl.optional(),
  CRON_QUOTA_REPORT: cron.optional(),
} as const;
