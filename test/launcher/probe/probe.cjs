// The end of the wire inside the editor; the other one is ../probeClient.ts. One JSON message a line.
const net = require('node:net');
const { createInterface } = require('node:readline');
const vscode = require('vscode');

const extensionId = 'spanscope.spanscope';

const methods = {
  executeCommand: (command, ...args) => vscode.commands.executeCommand(command, ...args),
  commands: () => vscode.commands.getCommands(true),
  updateSetting: (key, value) => vscode.workspace.getConfiguration().update(key, value, vscode.ConfigurationTarget.Global),
  isActive: () => vscode.extensions.getExtension(extensionId)?.isActive ?? false,
  extensionVersion: () => vscode.extensions.getExtension(extensionId)?.packageJSON.version ?? null,
  readClipboard: () => vscode.env.clipboard.readText(),
  /** Calls a function of the exported interface, or reads a property of it. */
  api: async (name, ...args) => {
    const exported = await vscode.extensions.getExtension(extensionId).activate();
    return typeof exported[name] === 'function' ? exported[name](...args) : exported[name];
  },
  /** Where the cursor stands, lines and columns from 1; null without a text editor. */
  cursor: () => {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) return null;
    const { line, character } = editor.selection.active;
    return { file: editor.document.uri.fsPath, line: line + 1, column: character + 1, text: editor.document.lineAt(line).text, group: editor.viewColumn ?? null };
  },
  /** The titles of all open tabs by group. */
  tabs: () => vscode.window.tabGroups.all.map((group) => group.tabs.map((tab) => tab.label)),
};

/** A file path travels as { $file }, bytes come back as { $base64 }. */
const revive = (_key, value) => (typeof value?.$file === 'string' ? vscode.Uri.file(value.$file) : value);
const pack = (_key, value) => {
  if (value instanceof Uint8Array) return { $base64: Buffer.from(value).toString('base64') };
  return typeof value === 'bigint' ? String(value) : value;
};

exports.activate = (context) => {
  const address = process.env['SPANSCOPE_PROBE'];
  if (address === undefined) return;
  const socket = net.connect(address);
  context.subscriptions.push({ dispose: () => socket.destroy() });
  createInterface({ input: socket }).on('line', (line) => {
    const { id, method, args } = JSON.parse(line, revive);
    const answer = (message) => socket.write(`${JSON.stringify({ id, ...message }, pack)}\n`);
    Promise.resolve()
      .then(() => methods[method](...args))
      .then(
        (result) => answer({ result: result ?? null }),
        (error) => answer({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      );
  });
};
