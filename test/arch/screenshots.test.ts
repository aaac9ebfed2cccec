import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DOCUMENTS, fileOf, TOUR, withTable } from '../../scripts/dev/screenshot-looks.ts';
import { SHOT_NAMES, shotsOf } from '../../scripts/dev/screenshot-pages.ts';
import { ROOT } from './sources.ts';

/** Where the routes of the pages stand, and where a picture of the page for everything else has to be. */
const ROUTERS = [
  { path: 'web/src/app.tsx', elsewhere: /^\/(?!admin\b|s\/)\w+$/ },
  { path: 'web/src/admin/admin-pages.tsx', elsewhere: /^\/admin\/\w+$/ },
];
const IMAGES = join(ROOT, 'docs/images');
const MOST_BYTES = 100_000;
const MOST_BYTES_IN_ALL = 6_000_000;

const shots = shotsOf({
  favourite: 'one',
  twin: 'two',
  shared: '/s/open',
  ended: '/s/ended',
  owner: 'mina',
  ownersPicture: 'three',
});
const images = readdirSync(IMAGES);

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The patterns of a router, as wouter reads them. */
function routesIn(text: string): string[] {
  return [...text.matchAll(/<Route\s+path="([^"]+)"/g)].map((match) => match[1] ?? '');
}

/** The pages that no other route takes: `<Route component={…} />`. */
function hasElse(text: string): boolean {
  return /<Route component=\{\w+\} \/>/.test(text);
}

function matches(route: string, path: string): boolean {
  const pattern = route.replaceAll(/:\w+/g, '[^/]+').replace('/*?', '(?:/.*)?');
  return new RegExp(`^${pattern}$`).test(path.replace(/\?.*/, ''));
}

describe('the pictures of the tour', () => {
  const routes = ROUTERS.flatMap(({ path }) => routesIn(read(path)));

  it('show every page', () => {
    expect(routes.length).toBeGreaterThan(15);
    expect(routes.filter((route) => !shots.some(({ path }) => matches(route, path)))).toEqual([]);
  });

  it.each(ROUTERS)('show what $path has for every other address', ({ path, elsewhere }) => {
    expect(hasElse(read(path))).toBe(true);
    const others = shots.filter((shot) => {
      const isNamed = routes.some((route) => !route.includes('*') && matches(route, shot.path));
      return elsewhere.test(shot.path) && !isNamed;
    });
    expect(others).toHaveLength(1);
  });

  it('are all there, in every look, and nothing beside them', () => {
    const wanted = SHOT_NAMES.flatMap((name) => TOUR.map((look) => fileOf(name, look)));
    expect(new Set(wanted).size).toBe(SHOT_NAMES.length * 4);
    expect(images.toSorted()).toEqual(wanted.toSorted());
  });

  it('are light and dark, phone and desk, and two of them Korean', () => {
    expect(new Set(TOUR.map(({ size, colorScheme }) => `${size} ${colorScheme}`)).size).toBe(4);
    expect(TOUR.filter(({ language }) => language === 'ko').map(({ size }) => size)).toEqual([
      'desk',
      'phone',
    ]);
  });

  it('stay small', () => {
    const sizes = images.map((name) => statSync(join(IMAGES, name)).size);
    expect(images.filter((_, index) => (sizes[index] ?? 0) > MOST_BYTES)).toEqual([]);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_BYTES_IN_ALL);
  });

  it.each(DOCUMENTS)('stand in the table of $path, as the script writes it', ({ path, folder }) => {
    const text = read(path);
    expect(withTable(text, SHOT_NAMES, folder)).toBe(text);
  });
});

describe('the check of pages', () => {
  it('finds routes, and tells which address is whose', () => {
    expect(routesIn('<Route path="/a" /><Route\n path="/s/:token">')).toEqual(['/a', '/s/:token']);
    expect(matches('/s/:token', '/s/x')).toBe(true);
    expect(matches('/admin/*?', '/admin')).toBe(true);
    expect(matches('/', '/?view=x')).toBe(true);
    expect(matches('/admin/user', '/admin/users')).toBe(false);
    expect(matches('/', '/inputs')).toBe(false);
    expect(hasElse('<Route path="/a" component={A} />')).toBe(false);
  });

  it('sees a table that is not the one the script would write', () => {
    const guide = read('docs/gallery.md');
    expect(withTable(guide, ['gallery'], 'images')).not.toBe(guide);
    expect(withTable(guide, SHOT_NAMES, 'pictures')).not.toBe(guide);
    expect(() => withTable('no table', [], 'images')).toThrow('no table');
  });
});
