import { MarkdownString, ThemeColor, ThemeIcon, TreeItem } from 'vscode';
import type { TreeItemCollapsibleState } from 'vscode';
import { asMarkdown } from '../safeText.ts';
import type { TreeRow } from './treeRow.ts';

/** A row as the editor draws it. `id` keeps selection and folds across changes. */
export function itemOf(row: TreeRow, id: string, state: TreeItemCollapsibleState): TreeItem {
  const item = new TreeItem(row.label, state);
  item.id = id;
  item.description = besideOf(row.label) + row.description;
  item.iconPath = new ThemeIcon(row.icon, new ThemeColor(row.colour));
  item.accessibilityInformation = { label: row.spoken };
  return item;
}

const rightToLeft = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/u, leftToRightMark = '\u200E';

/** What keeps the figures beside a label in their order: numbers go along with a script that is written from right to left. */
const besideOf = (label: string): string => (rightToLeft.test(label) ? leftToRightMark : '');

/** A tooltip of plain lines, the first in bold. Nothing in them becomes markup or a link. */
export function tooltipOf([title = '', ...lines]: readonly string[]): MarkdownString {
  const text = new MarkdownString([`**${asMarkdown(title)}**`, ...lines.map(asMarkdown)].join('  \n'));
  text.isTrusted = false;
  text.supportHtml = false;
  return text;
}
