import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { typeBreaches } from './rules.ts';
import { filesBelow, parseSource, ROOT, readSource, type Source } from './sources.ts';

const sources = filesBelow('web/src', '.ts', '.tsx').map(readSource);
const styles = filesBelow('web/src', '.css').map((path) => ({
  path,
  text: readFileSync(join(ROOT, path), 'utf8'),
}));

/** What a page takes from the server's sources. */
function serverImports({ path, imports }: Source): string[] {
  return imports
    .filter(({ target }) => target !== undefined && !target.startsWith('web/src/'))
    .map(({ target, typeOnly }) => `${path}: ${typeOnly ? 'type of ' : ''}${target}`);
}

/** Addresses of other hosts, data in addresses, and HTML that is made of text. */
function policyBreaches({ path, text }: { readonly path: string; readonly text: string }): string[] {
  const found = text.match(
    /\bhttps?:\/\/(?!www\.w3\.org\/)[\w.-]+|["'(`]data:|dangerouslySetInnerHTML|\.innerHTML\b/g,
  );
  return (found ?? []).map((what) => `${path}: ${what}`);
}

describe('the sources of the gallery', () => {
  it('are all found', () => {
    expect(sources.length).toBeGreaterThan(40);
    expect(styles.length).toBeGreaterThan(3);
  });

  it('know the server by the type of its routes alone', () => {
    expect(sources.flatMap(serverImports)).toEqual(['web/src/api/client.ts: type of src/http/app.ts']);
  });

  it('keep to what the content policy allows, and make no HTML of texts', () => {
    expect([...sources, ...styles].flatMap(policyBreaches)).toEqual([]);
  });

  it('do not step around the type checker', () => {
    // the texts' types are told to i18next by adding to its module, which a build may do
    const breaches = sources
      .flatMap(typeBreaches)
      .filter((breach) => !breach.includes('TSModuleDeclaration'));
    expect(breaches).toEqual([]);
  });

  it('stay short: at most 350 lines a file', () => {
    // texts of a language are a list, and no code
    const code = sources.filter(({ path }) => !/^web\/src\/i18n\/(en|ko|ja)\//.test(path));
    const long = code.filter(({ text }) => text.split('\n').length > 351);
    expect(long.map(({ path }) => path)).toEqual([]);
  });
});

describe('each rule', () => {
  it('sees an import of the server', () => {
    const source = parseSource('web/src/a/b.ts', "import { x } from '../../../src/domain/key.ts';");
    expect(serverImports(source)).toEqual(['web/src/a/b.ts: src/domain/key.ts']);
  });

  it.each([
    "fetch('https://example.org/x')",
    "const a = 'data:image/png;base64,'",
    'a.innerHTML = b;',
    'url("data:x")',
  ])('sees %s', (text) => {
    expect(policyBreaches({ path: 'a.ts', text })).toHaveLength(1);
  });
});
