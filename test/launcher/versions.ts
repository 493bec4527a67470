/** One VS Code that the project is tested on. */
export interface EditorVersion {
  readonly vscode: string;
  /** The npm package `code-server` that carries this VS Code's server. */
  readonly codeServer: string;
  /** Major version of Node that this server wants. */
  readonly node: number;
}

const current: EditorVersion = { vscode: '1.139.1', codeServer: '4.139.1', node: 24 };
/** `engines.vscode` of package.json. */
export const oldestVersion: EditorVersion = { vscode: '1.105.1', codeServer: '4.105.1', node: 22 };

// In the environment, so that it reaches the processes that this one starts.
if (process.argv.includes('--oldest')) process.env['SPANSCOPE_TEST_VERSION'] = 'oldest';

/** Whether the run asks for the oldest supported editor: an installed or newest one will not do then. */
export const wantsOldest = process.env['SPANSCOPE_TEST_VERSION'] === 'oldest';

/** The version that this run is for. */
export const wantedVersion: EditorVersion = wantsOldest ? oldestVersion : current;
