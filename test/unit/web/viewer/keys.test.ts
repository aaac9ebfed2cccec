import { describe, expect, it } from 'vitest';
import { commandOf, type Pressed } from '../../../../web/src/viewer/keys.ts';

function press(key: string, more: Partial<Pressed> = {}): Pressed {
  return { key, code: key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...more };
}

describe('commandOf', () => {
  it.each([
    ['ArrowRight', 'next'],
    ['ArrowLeft', 'previous'],
    ['+', 'zoomIn'],
    ['0', 'fit'],
    ['Delete', 'remove'],
    ['f', 'favorite'],
    ['i', 'panel'],
    ['d', 'download'],
  ])('%s is %s', (key, command) => {
    expect(commandOf(press(key))).toBe(command);
  });

  it('knows letters by their key under another input method', () => {
    expect(commandOf(press('ㄹ', { code: 'KeyF' }))).toBe('favorite');
    expect(commandOf(press('ち', { code: 'KeyI' }))).toBe(commandOf(press('i', { code: 'KeyI' })));
  });

  it('goes by what is printed on the key where that is a Latin letter', () => {
    expect(commandOf(press('f', { code: 'KeyE' }))).toBe('favorite');
  });

  it('leaves the browser its own', () => {
    expect(commandOf(press('ArrowLeft', { altKey: true }))).toBeUndefined();
    expect(commandOf(press('f', { ctrlKey: true }))).toBeUndefined();
    expect(commandOf(press('+', { metaKey: true }))).toBeUndefined();
    expect(commandOf(press('Escape'))).toBeUndefined();
    expect(commandOf(press('constructor'))).toBeUndefined();
  });

  it('pans with shift and an arrow', () => {
    expect(commandOf(press('ArrowRight', { shiftKey: true }))).toBe('panRight');
    expect(commandOf(press('+', { shiftKey: true }))).toBe('zoomIn');
  });
});
