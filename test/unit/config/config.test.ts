import { describe, expect, it } from 'vitest';
import { type Config, type Environment, loadConfig } from '../../../src/config.ts';

const SECRET = 'kJ8x-2fQz7Lw0Vn5Rb3TdYc9HgMsPa41';
const SECRET2 = 'other-9Zx7Cv5Bn3Ml1Kj8Hg6Fd4Sa2Qw';
const SECRET3 = 'third-1Qw2Er3Ty4Ui5Op6As7Df8Gh9Jk';

function config(env: Environment): Config {
  const loaded = loadConfig(env);
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}

function problems(env: Environment): readonly string[] {
  const loaded = loadConfig(env);
  return loaded.ok ? [] : loaded.problems;
}

describe('settings', () => {
  it('have safe defaults', () => {
    expect(config({})).toMatchObject({
      host: '127.0.0.1',
      port: 8000,
      outputDir: './outputs',
      outputDirIsDefault: true,
      basePath: '',
      adminToken: undefined,
      trustProxy: [],
      maxPixels: 50_000_000,
      legacyCookiesUntil: undefined,
    });
    expect(Object.isFrozen(config({}))).toBe(true);
  });

  it('set to nothing are unset', () => {
    expect(config({ PORT: '', ADMIN_TOKEN: ' ', OUTPUT_DIR: '' })).toEqual(config({}));
  });

  it('are read in their own units', () => {
    expect(
      config({
        PUBLIC_URL: 'https://pictures.example.org/kiroku/',
        UPLOAD_MAX_BYTES: '10 MiB',
        DISK_RESERVE_MB: '1',
        LEGACY_COOKIES: '2027-06-30',
        TRUST_PROXY: '10.0.0.0/8, ::1',
        COOKIE_SECRET: `${SECRET},${SECRET2}`,
        CRON_RECONCILE_FULL: 'off',
        LEGACY_TZ: 'Asia/Seoul',
        ALLOWED_HOSTS: 'NAS.local',
        QUOTA_MAX_BYTES: '20GB',
        QUOTA_MAX_COUNT: '0',
        QUOTA_POLICY: 'trash_oldest',
      }),
    ).toMatchObject({
      basePath: '/kiroku',
      uploadMaxBytes: 10 * 1024 * 1024,
      diskReserveBytes: 1024 * 1024,
      legacyCookiesUntil: Date.parse('2027-07-01T00:00:00Z'),
      trustProxy: ['10.0.0.0/8', '::1'],
      cookieSecrets: [SECRET, SECRET2],
      cron: { reconcileFull: 'off' },
      legacyTz: 'Asia/Seoul',
      allowedHosts: ['nas.local'],
      quota: { maxBytes: 20e9, maxCount: null, trashMaxBytes: null, policy: 'trash_oldest' },
    });
  });

  it('tell every problem at once, by name', () => {
    const env = {
      PORT: '70000',
      HOST: 'a b',
      PUBLIC_URL: 'ftp://x',
      TRUST_PROXY: '10.0.0.0/33',
      THUMB_SIZE: '3.5',
      LEGACY_TZ: 'Mars/Base',
      LEGACY_COOKIES: '2027-02-30',
      CRON_RECONCILE_RECENT: 'every day',
      LOG_LEVEL: 'loud',
      QUOTA_MAX_BYTES: 'lots',
      QUOTA_POLICY: 'shout',
    };
    const told = problems(env);
    expect(told.map((problem) => problem.split(' ')[0]).sort()).toEqual(Object.keys(env).sort());
  });

  it.each([
    ['short', 'short'],
    ['all the same', 'a'.repeat(64)],
    ['a placeholder', `change-me-${SECRET}`],
    ['with blanks', `${SECRET} x`],
  ])('refuse a weak secret (%s) and never repeat it', (_name, weak) => {
    for (const name of ['ADMIN_TOKEN', 'SERVICE_TOKEN', 'COOKIE_SECRET', 'METRICS_TOKEN']) {
      const told = problems({ [name]: weak });
      expect(told.length).toBeGreaterThan(0);
      for (const problem of told) {
        expect(problem).toContain(name);
        expect(problem).not.toContain(weak);
      }
    }
  });

  it('take strong secrets that differ', () => {
    expect(problems({ ADMIN_TOKEN: SECRET, SERVICE_TOKEN: SECRET2, COOKIE_SECRET: SECRET3 })).toEqual([]);
    expect(problems({ ADMIN_TOKEN: SECRET, SERVICE_TOKEN: SECRET })).toHaveLength(1);
  });

  it('warn of names that look like ours and of what has no effect yet, and of no others', () => {
    const env = {
      SERVICE_TOKN: SECRET,
      output_dir: '/x',
      KIROKU_PORT: '1',
      PATH: '/bin',
      HOSTNAME: 'box',
      HOME: '/root',
      npm_config_cache: 'x',
      COOKIE_SECRET: SECRET,
      CRON_QUOTA_REPORT: 'off',
      COMFYUI_SERVER: 'http://127.0.0.1:8188',
    };
    const { warnings } = loadConfig(env);
    expect(warnings).toHaveLength(5);
    expect(warnings.join()).toContain('did you mean SERVICE_TOKEN?');
    expect(warnings.join()).toContain('did you mean OUTPUT_DIR?');
    expect(warnings.join()).not.toContain(SECRET);
  });

  it('say of what a later version will do that this one does not', () => {
    const { ok, warnings } = loadConfig({ CRON_QUOTA_REPORT: 'off', CRON_VERIFY: ' ' });
    expect(ok).toBe(true);
    expect(warnings).toEqual(['CRON_QUOTA_REPORT has no effect in this version.']);
  });
});
