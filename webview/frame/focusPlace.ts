/**
 * Gives the focus back to what had it in the page. The editor takes it away for a context menu or the palette, and
 * afterwards gives it to the page as a whole, where no key is heard.
 */
export function keepFocusPlace(): void {
  let last: HTMLElement | undefined;
  document.addEventListener('focusin', ({ target }) => { if (target instanceof HTMLElement && target !== document.body) last = target; });
  window.addEventListener('focus', () => {
    const { activeElement } = document;
    if ((activeElement === null || activeElement === document.body) && last?.isConnected === true) last.focus({ preventScroll: true });
  });
}
