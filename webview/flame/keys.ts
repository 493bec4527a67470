/** What a key does in the chart. */
export type KeyAction =
  | 'previousSibling' | 'nextSibling' | 'parent' | 'firstChild'
  | 'openSource' | 'openSourceBeside' | 'fold'
  | 'find' | 'nextMatch' | 'previousMatch' | 'nextError' | 'previousError' | 'nextStep' | 'previousStep' | 'changeStepMode'
  | 'zoomIn' | 'zoomOut' | 'panLeft' | 'panRight' | 'fitSelection' | 'fitAll' | 'zoomBack' | 'zoomForward'
  | 'follow' | 'escape' | 'foldPaused' | 'showKeys' | 'view1' | 'view2' | 'view3' | 'view4';

export type Key = Pick<KeyboardEvent, 'code' | 'key' | 'shiftKey' | 'altKey' | 'ctrlKey' | 'metaKey'>;

/** By physical key, so that they stay where they are on any keyboard: plain, then with Shift. */
const byCode = new Map<string, readonly [plain: KeyAction, shifted?: KeyAction]>([
  ['ArrowLeft', ['previousSibling']],
  ['ArrowRight', ['nextSibling']],
  ['ArrowUp', ['parent']],
  ['ArrowDown', ['firstChild']],
  ['Enter', ['openSource']],
  ['NumpadEnter', ['openSource']],
  ['Space', ['fold']],
  ['KeyN', ['nextMatch', 'previousMatch']],
  ['KeyE', ['nextError', 'previousError']],
  ['KeyJ', ['nextStep']],
  ['KeyK', ['previousStep']],
  ['KeyW', ['zoomIn']],
  ['KeyS', ['zoomOut']],
  ['KeyA', ['panLeft']],
  ['KeyD', ['panRight']],
  ['KeyF', ['fitSelection']],
  ['KeyL', ['follow']],
  ['KeyP', ['foldPaused']],
  ['Digit0', ['fitAll']],
  ['Numpad0', ['fitAll']],
  ['Digit1', ['view1']],
  ['Digit2', ['view2']],
  ['Digit3', ['view3']],
  ['Digit4', ['view4']],
  ['Backspace', ['zoomBack', 'zoomForward']],
  ['Escape', ['escape']],
  ['NumpadAdd', ['zoomIn']],
  ['NumpadSubtract', ['zoomOut']],
]);

/** Signs stand on other keys elsewhere, so they go by what is typed. */
const bySign = new Map<string, KeyAction>([
  ['+', 'zoomIn'], ['=', 'zoomIn'], ['-', 'zoomOut'], ['−', 'zoomOut'], ['/', 'find'], ['?', 'showKeys'], [';', 'changeStepMode'],
]);

/** What a key means in the chart; undefined when it is the editor's. */
export function actionOf({ code, key, shiftKey, altKey, ctrlKey, metaKey }: Key): KeyAction | undefined {
  if (ctrlKey || metaKey) return code === 'KeyF' && !altKey && !shiftKey ? 'find' : undefined;
  if (altKey) return code === 'Enter' || code === 'NumpadEnter' ? 'openSourceBeside' : undefined;
  const sign = bySign.get(key);
  if (sign) return sign;
  const [plain, shifted] = byCode.get(code) ?? [];
  return shiftKey ? shifted : plain;
}
