import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NODE_FLAGS } from '../../scripts/lib/node-flags.mjs';
import { ROOT } from './sources.ts';

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');

/** One entry an instruction; comments are dropped and continued lines joined, as the builder does it. */
function instructionsOf(text: string): Instruction[] {
  const lines = text.replaceAll(/^\s*#.*\n/gm, '').replaceAll(/\\\n/g, ' ');
  return lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => /^(\S+)\s+(.*)$/.exec(line.trim()))
    .map((match) => ({ name: match?.[1] ?? '', rest: match?.[2] ?? '' }));
}

const all = instructionsOf(read('Dockerfile'));
const lastStage = all.slice(all.findLastIndex(({ name }) => name === 'FROM'));
const only = (name: string): string[] => lastStage.filter((one) => one.name === name).map(({ rest }) => rest);

describe('the image', () => {
  it('is made in three stages on the Node LTS that we run on', () => {
    const bases = all.filter(({ name }) => name === 'FROM').map(({ rest }) => rest);
    expect(bases).toHaveLength(3);
    for (const base of bases) expect(base).toMatch(/^node:24-bookworm-slim( AS (packages|pages))?$/);
  });

  it('uses only instructions that the builder knows', () => {
    const known = [
      'FROM',
      'WORKDIR',
      'COPY',
      'RUN',
      'ENV',
      'USER',
      'VOLUME',
      'EXPOSE',
      'HEALTHCHECK',
      'ENTRYPOINT',
    ];
    expect(all.map(({ name }) => name).filter((name) => !known.includes(name))).toEqual([]);
  });

  it('runs as somebody who owns nothing but the data folder', () => {
    expect(only('USER')).toEqual(['node']);
    const user = lastStage.findIndex(({ name }) => name === 'USER');
    expect(lastStage.slice(user).filter(({ name }) => name === 'RUN' || name === 'COPY')).toEqual([]);
    expect(only('RUN')).toEqual(['install -d -o node -g node -m 0750 /data']);
    expect(only('VOLUME')).toEqual(['/data']);
    expect(only('ENV').join(' ')).toContain('OUTPUT_DIR=/data');
  });

  it('keeps the binaries of sharp and leaves out the second Node', () => {
    const install = all.find(({ name, rest }) => name === 'RUN' && rest.includes('--omit=dev'))?.rest ?? '';
    expect(install).toContain('npm ci');
    expect(install).toContain('--include=optional');
    expect(install).toMatch(/rm -rf node_modules\/node-linux-\*$/);
  });

  it('builds the pages with the packages of the pages alone, and keeps what was built', () => {
    const pages = all.slice(all.findIndex(({ rest }) => rest.endsWith(' AS pages')));
    const [install, build] = pages.filter(({ name }) => name === 'RUN').map(({ rest }) => rest);
    expect(install).toBe('npm ci --workspace web --include=dev --ignore-scripts');
    expect(build).toBe('node node_modules/vite/bin/vite.js build web');
    expect(only('COPY')).toContain('--from=pages /app/web/dist ./web/dist');
    expect(read('.dockerignore')).toMatch(/^web\/dist$/m);
  });

  it('starts the server without a shell in between, so that it receives the signals', () => {
    const [entry = ''] = only('ENTRYPOINT');
    const command: unknown = JSON.parse(entry);
    expect(command).toEqual(['node', ...NODE_FLAGS, 'src/main.ts']);
  });

  it('asks the server itself whether it is well', () => {
    const [check = ''] = only('HEALTHCHECK');
    const command: unknown = JSON.parse(check.slice(check.indexOf('CMD ') + 4));
    expect(command).toEqual(['node', '-e', expect.stringContaining('/healthz')]);
  });

  it('copies only what is there and what .dockerignore lets in', () => {
    const allowed = read('.dockerignore').match(/(?<=^!).*/gm) ?? [];
    expect(read('.dockerignore')).toMatch(/^\*$/m);
    const copied = all
      .filter(({ name, rest }) => name === 'COPY' && !rest.startsWith('--from'))
      .flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1));
    const roots = copied.map((name) => name.split('/')[0]);
    expect([...new Set(roots)].sort()).toEqual([...new Set(allowed)].sort());
    expect(copied.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  });
});

describe('the composition', () => {
  it.each([
    /^ {4}user: "1000:1000"$/m,
    /^ {4}read_only: true$/m,
    /^ {4}tmpfs:\n {6}- \/tmp:/m,
    /^ {6}- kiroku-data:\/data$/m,
    /^ {4}cap_drop:\n {6}- ALL$/m,
    /^ {6}- no-new-privileges:true$/m,
    /^ {6}- "127\.0\.0\.1:8000:8000"$/m,
  ])('says %s', (line) => {
    expect(read('compose.yaml')).toMatch(line);
  });

  it('holds no secret', () => {
    expect(read('compose.yaml')).not.toMatch(/TOKEN|SECRET|PASSWORD/);
  });
});
