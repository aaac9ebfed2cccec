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
  readonly adminToken: string | undefined;
  readonly serviceToken: string | undefined;
  /** First signs, all verify. */
  readonly cookieSecrets: readonly string[] | undefined;
  readonly metricsToken: string | undefined;
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
  readonly diskReserveBytes: number;
  readonly healthzDiskMinFreeBytes: number;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Cron expressions by job name. */
  readonly cron: { readonly reconcileRecent: string; readonly reconcileFull: string };
  /** Requests per minute; 0 switches a limit off. */
  readonly rateLimits: {
    readonly perAddress: number;
    readonly perOwner: number;
    readonly newIdentities: number;
  };
}
