import { describe, expect, it } from 'vitest';
import { keyName } from '../../../../web/src/ui/key-name.ts';

const press = (key: string, code: string, shiftKey = false) => ({ key, code, shiftKey });

describe('keyName', () => {
  it.each([
    ['f', 'KeyF'],
    ['Delete', 'Delete'],
    ['0', 'Digit0'],
    [' ', 'Space'],
    ['/', 'Slash'],
  ])('leaves %j as it is', (key, code) => {
    expect(keyName(press(key, code))).toBe(key);
  });

  it.each(['ㄹ', 'ち', 'а', 'Process', 'Unidentified'])(
    'is the letter on the key where the input method says %s',
    (key) => {
      expect(keyName(press(key, 'KeyF'))).toBe('f');
    },
  );

  it('goes by what is printed on the key where that is a Latin letter', () => {
    expect(keyName(press('f', 'KeyE'))).toBe('f');
  });

  it('does not mind that capitals are locked', () => {
    expect(keyName(press('F', 'KeyF'))).toBe('f');
    expect(keyName(press('F', 'KeyF', true))).toBe('F');
  });
});
