import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config.ts';
import { LATER_SETTINGS, SETTINGS } from '../../../src/config-settings.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

const example = [...read('.env.example').matchAll(/^#?([A-Z][A-Z_]+)=(.*)$/gm)].map(
  ([, name = '', value = '']) => [name, value] as const,
);

describe('the settings are documented', () => {
  it('each in docs/operations.md', () => {
    const page = read('docs/operations.md');
    const missing = [...Object.keys(SETTINGS), ...Object.keys(LATER_SETTINGS)].filter(
      (name) => !page.includes(`\`${name}\``),
    );
    expect(missing).toEqual([]);
  });

  it('each in .env.example, with nothing that is no setting, and values that are right', () => {
    expect(example.map(([name]) => name).sort()).toEqual(Object.keys(SETTINGS).sort());
    const loaded = loadConfig(Object.fromEntries(example));
    expect(loaded.ok ? [] : loaded.problems).toEqual([]);
    expect(loaded.warnings).toEqual([]);
  });

  it('with the defaults as they are', () => {
    const shown = loadConfig(
      Object.fromEntries(
        example.filter(
          ([name]) => !/^(PUBLIC_URL|TRUST_PROXY|ALLOWED_HOSTS|LEGACY_COOKIES|OUTPUT_DIR)$/.test(name),
        ),
      ),
    );
    expect(shown).toEqual(loadConfig({}));
  });
});
