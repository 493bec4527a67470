import { describe, expect, test } from 'vitest';
import { actionOf } from '../../../../webview/flame/keys.ts';
import type { Key } from '../../../../webview/flame/keys.ts';

const press = (code: string, key = '', modifiers: Partial<Key> = {}): ReturnType<typeof actionOf> =>
  actionOf({ code, key, shiftKey: false, altKey: false, ctrlKey: false, metaKey: false, ...modifiers });

describe('keys of the chart', () => {
  test('letters go by physical key', () => {
    expect(press('KeyW', 'z')).toBe('zoomIn');
    expect(press('KeyA', 'q')).toBe('panLeft');
    expect(press('KeyF', 'а')).toBe('fitSelection');
  });

  test('signs go by what is typed', () => {
    expect(press('Digit7', '/', { shiftKey: true })).toBe('find');
    expect(press('Minus', '?', { shiftKey: true })).toBe('showKeys');
    expect(press('BracketRight', '+')).toBe('zoomIn');
    expect(press('Comma', ';', { shiftKey: true })).toBe('changeStepMode');
  });

  test('Shift turns back', () => {
    expect(press('KeyE')).toBe('nextError');
    expect(press('KeyE', 'E', { shiftKey: true })).toBe('previousError');
    expect(press('KeyN', 'N', { shiftKey: true })).toBe('previousMatch');
    expect(press('Backspace', '', { shiftKey: true })).toBe('zoomForward');
  });

  test('only few keys with Ctrl, Cmd or Alt are the chart’s', () => {
    expect(press('KeyF', 'f', { ctrlKey: true })).toBe('find');
    expect(press('KeyF', 'f', { metaKey: true })).toBe('find');
    expect(press('KeyS', 's', { ctrlKey: true })).toBeUndefined();
    expect(press('Equal', '=', { ctrlKey: true })).toBeUndefined();
    expect(press('Enter', 'Enter', { altKey: true })).toBe('openSourceBeside');
    expect(press('ArrowLeft', 'ArrowLeft', { altKey: true })).toBeUndefined();
    expect(press('KeyW', 'W', { shiftKey: true })).toBeUndefined();
  });

  test('the rest of the design’s list', () => {
    const keys: readonly (readonly [string, string])[] = [
      ['ArrowLeft', 'previousSibling'], ['ArrowRight', 'nextSibling'], ['ArrowUp', 'parent'], ['ArrowDown', 'firstChild'], ['Enter', 'openSource'], ['Space', 'fold'],
      ['KeyN', 'nextMatch'], ['KeyJ', 'nextStep'], ['KeyK', 'previousStep'], ['KeyL', 'follow'], ['KeyS', 'zoomOut'], ['KeyD', 'panRight'], ['Digit0', 'fitAll'], ['Backspace', 'zoomBack'],
      ['Escape', 'escape'], ['Digit1', 'view1'], ['Digit4', 'view4'],
    ];
    for (const [code, action] of keys) expect(press(code)).toBe(action);
    expect(press('KeyQ')).toBeUndefined();
    expect(press('Tab')).toBeUndefined();
  });
});
