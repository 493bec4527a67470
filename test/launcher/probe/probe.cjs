// The end of the wire inside the editor; the other one is ../probeClient.ts. One JSON message a line.
const Module = require('node:module');
const net = require('node:net');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { createInterface } = require('node:readline');
const vscode = require('vscode');

const extensionId = 'spanscope.spanscope';

/** Milliseconds that loading the extension's code and calling its `activate` took on this thread. */
const startTimes = {};

/** Takes the time of the extension's start, which comes after that of the probe. */
function watchStart() {
  const load = Module._load;
  Module._load = function (request, ...rest) {
    const begun = performance.now(), loaded = load.call(this, request, ...rest);
    if (!/[\\/]dist[\\/]extension\.cjs$/.test(request) || typeof loaded.activate !== 'function') return loaded;
    startTimes.loadMs = performance.now() - begun;
    Module._load = load;
    const activate = (context) => {
      const called = performance.now(), result = loaded.activate(context);
      startTimes.activateMs = performance.now() - called;
      return result;
    };
    return { ...loaded, activate };
  };
}

const watchResolutionMs = 1;
let delays, busySince;

/** A page with nothing but a bar across the first lane of what could be a chart: what the editor itself needs to show a page. */
function openEmptyPage({ inBar, inGap }) {
  const panel = vscode.window.createWebviewPanel('probe.empty', 'Empty', vscode.ViewColumn.Active, { enableScripts: true });
  panel.webview.html = `<!DOCTYPE html><html><body style="margin:0"><div class="flame-stage"><canvas width="800" height="400" style="width:800px"></canvas></div><script>
    window.addEventListener('message', () => {});
    const context = document.querySelector('canvas').getContext('2d');
    context.fillStyle = '#4488cc';
    context.fillRect(0, ${inBar - 5}, 800, ${inGap - inBar + 4});
  </script></body></html>`;
}

const methods = {
  /** How long the extension took to start; empty before it has. */
  startTimes: () => startTimes,
  openEmptyPage,
  /** Watches the event loop of this process from now on. */
  watchEventLoop: () => {
    delays?.disable();
    delays = monitorEventLoopDelay({ resolution: watchResolutionMs });
    delays.enable();
    busySince = { at: performance.now(), loop: performance.eventLoopUtilization() };
  },
  /** Milliseconds by which the event loop was late since `watchEventLoop`, and the part of the time that it was busy. */
  eventLoopDelay: () => {
    const late = (ns) => Math.max(0, ns / 1e6 - watchResolutionMs);
    return {
      p50: late(delays.percentile(50)), p99: late(delays.percentile(99)), max: late(delays.max),
      busy: performance.eventLoopUtilization(busySince.loop).utilization, seconds: (performance.now() - busySince.at) / 1000,
    };
  },
  executeCommand: (command, ...args) => vscode.commands.executeCommand(command, ...args),
  commands: () => vscode.commands.getCommands(true),
  updateSetting: (key, value) => vscode.workspace.getConfiguration().update(key, value, vscode.ConfigurationTarget.Global),
  isActive: () => vscode.extensions.getExtension(extensionId)?.isActive ?? false,
  extensionVersion: () => vscode.extensions.getExtension(extensionId)?.packageJSON.version ?? null,
  /** The address that a browser opens to follow a link of the editor's own scheme. */
  externalLink: async (link) => (await vscode.env.asExternalUri(vscode.Uri.parse(link, true))).toString(true),
  /** A test of another extension that has failed, below a suite; files and lines (from 0) as it says. */
  failTest: ({ file, line, suite, name, message }) => {
    const controller = vscode.tests.createTestController('probe', 'Probe'), uri = vscode.Uri.file(file);
    const parent = controller.createTestItem(suite, suite, uri), item = controller.createTestItem(`${suite} ${name}`, name, uri);
    item.range = new vscode.Range(line, 0, line, 1);
    parent.children.add(item);
    controller.items.add(parent);
    const run = controller.createTestRun(new vscode.TestRunRequest([item])), failure = new vscode.TestMessage(message);
    failure.location = new vscode.Location(uri, item.range);
    run.failed(item, failure);
    run.end();
  },
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
  watchStart();
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
