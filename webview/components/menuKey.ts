/** Whether a key asked for the context menu, and no pointer. What was opened by `openMenuAt` is neither. */
export const isMenuKey = (event: MouseEvent): boolean => event.isTrusted && event.button !== 2 && !event.ctrlKey;

/**
 * Opens the editor's context menu at the lower left of a part of an element, CSS pixels of the page, as a pointer there would.
 * The key itself would open that of the whole widget, which knows nothing of its selected part.
 */
export function openMenuAt(element: Element, { left, bottom }: Pick<DOMRect, 'left' | 'bottom'>): void {
  element.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, composed: true, button: 2, clientX: Math.round(left), clientY: Math.round(bottom) }));
}
