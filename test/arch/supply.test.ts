import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, ROOT, readSource } from './sources.ts';

interface LockEntry {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface PackageFile {
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const pack: PackageFile = JSON.parse(read('package.json'));
const lock: { readonly packages: Readonly<Record<string, LockEntry>> } = JSON.parse(
  read('package-lock.json'),
);
const web: Pick<PackageFile, 'devDependencies'> = JSON.parse(read('web/package.json'));
/** Without the project itself and its own package of the gallery. */
const locked = Object.entries(lock.packages).filter(
  ([path, { link }]) => path.startsWith('node_modules/') && link !== true,
);
const named = {
  ...pack.dependencies,
  ...pack.devDependencies,
  ...pack.optionalDependencies,
  ...web.devDependencies,
};

/** The first versions without a known hole that would concern us. The advisories are named in docs/security.md. */
const FIXED_IN: readonly (readonly [name: string, version: string])[] = [
  ['hono', '4.13.11'],
  ['@hono/node-server', '2.1.3'],
  ['sharp', '0.35.0'],
  ['@fastify/busboy', '3.2.6'],
];

function atLeast(have: string, want: string): boolean {
  const [a, b] = [have, want].map((version) => version.split('.').map(Number));
  for (let index = 0; index < 3; index += 1) {
    const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

describe('what we depend on', () => {
  it('is pinned to exact versions, the same in the lock file', () => {
    expect(Object.keys(named).length).toBeGreaterThan(20);
    for (const [name, version] of Object.entries(named)) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
      expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version);
    }
  });

  it('is locked by content and not by the address it came from', () => {
    expect(locked.length).toBeGreaterThan(100);
    expect(locked.filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
    expect(locked.filter(([, entry]) => !entry.version || !entry.integrity)).toEqual([]);
  });

  it('is locked for every platform, or "npm ci" refuses the lock file', () => {
    const missing = locked.flatMap(([path, entry]) =>
      Object.keys(entry.optionalDependencies ?? {}).filter((name) => !isLocked(path, name)),
    );
    expect(missing).toEqual([]);
  });

  it.each(FIXED_IN)('is newer than the holes we know of: %s >= %s', (name, version) => {
    for (const [path, entry] of locked.filter(([path]) => path.endsWith(`node_modules/${name}`))) {
      expect(atLeast(entry.version ?? '', version), `${path} ${entry.version}`).toBe(true);
    }
    expect(lock.packages[`node_modules/${name}`]).toBeDefined();
  });

  it('brings the Node that engines asks for', () => {
    expect(pack.engines.node).toBe('^22.22.0 || >=24.11.0');
    const versions = Object.values(pack.optionalDependencies);
    expect(new Set(versions).size).toBe(1);
    expect(atLeast(versions[0] ?? '', '24.11.0')).toBe(true);
  });

  it('is enough for the server without the development packages', () => {
    const names = filesBelow('src', '.ts')
      .flatMap((path) => readSource(path).imports)
      .filter(({ target, specifier }) => target === undefined && !specifier.startsWith('node:'))
      .map(({ specifier }) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier);
    expect(new Set(names).size).toBeGreaterThan(5);
    expect([...new Set(names)].filter((name) => !(name in pack.dependencies))).toEqual([]);
  });

  it('is installed without running anyone’s install script', () => {
    expect(read('.npmrc')).toMatch(/^ignore-scripts=true$/m);
  });
});

/** npm looks for a dependency beside its dependent first, then in each folder above. */
function isLocked(from: string, name: string): boolean {
  for (let folder = from; ; folder = folder.slice(0, folder.lastIndexOf('/node_modules/'))) {
    if (lock.packages[`${folder}/node_modules/${name}`] !== undefined) return true;
    if (!folder.includes('/node_modules/')) return lock.packages[`node_modules/${name}`] !== undefined;
  }
}
