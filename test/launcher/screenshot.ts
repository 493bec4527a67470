// npm run screenshot -- [options]: opens the workbench with the extension and saves pictures of it.
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { themes } from '../e2e/pages/workbench.ts';
import type { Theme } from '../e2e/pages/workbench.ts';
import { openWorkbench } from '../e2e/support/workbench.ts';

const usage = `npm run screenshot -- [options]; options are done in this order:
  --workspace NAME|PATH   folder of test/fixtures/workspaces, or a path (plain)
  --size WxH              of the window (1600x900)
  --setting KEY=JSON      may be repeated
  --file PATH             trace file to import, may be repeated
  --command ID[=JSON]     command to run with its arguments as a JSON array, may be repeated
  --wait MS               before the picture (1500)
  --theme NAME            dark, light, highContrast, highContrastLight, or all (dark)
  --name NAME             of the picture, without .png (screenshot)
`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean' },
    workspace: { type: 'string', default: 'plain' },
    size: { type: 'string', default: '1600x900' },
    setting: { type: 'string', multiple: true, default: [] },
    file: { type: 'string', multiple: true, default: [] },
    command: { type: 'string', multiple: true, default: [] },
    wait: { type: 'string', default: '1500' },
    theme: { type: 'string', default: 'dark' },
    name: { type: 'string', default: 'screenshot' },
  },
});

if (values.help === true) {
  process.stdout.write(usage);
  process.exit(0);
}

/** `key=JSON` → its two halves; undefined when nothing follows the key. */
function halves(text: string): [string, unknown] {
  const at = text.indexOf('=');
  return at < 0 ? [text, undefined] : [text.slice(0, at), JSON.parse(text.slice(at + 1))];
}

const chosen = (values.theme === 'all' ? Object.keys(themes) : [values.theme]) as Theme[];
const [width = 1600, height = 900] = values.size.split('x').map(Number);
const workbench = await openWorkbench({
  workspace: values.workspace,
  size: { width, height },
  settings: Object.fromEntries(values.setting.map(halves)),
});
try {
  for (const file of values.file) await workbench.probe.api('importFile', { $file: file });
  for (const [command, args] of values.command.map(halves)) await workbench.probe.executeCommand(command, ...(Array.isArray(args) ? args : []));
  for (const theme of chosen) {
    await workbench.switchTheme(theme);
    await delay(Number(values.wait));
    process.stdout.write(`${await workbench.screenshot(chosen.length > 1 ? `${values.name}-${theme}` : values.name)}\n`);
  }
} finally {
  await workbench.close();
}
