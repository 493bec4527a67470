/** As much of the editor's API as units of src/editor touch when they run in plain Node. */

interface Listener<T> { (value: T): unknown }

export class EventEmitter<T> {
  readonly #listeners = new Set<Listener<T>>();
  readonly event = (listener: Listener<T>): { dispose(): void } => {
    this.#listeners.add(listener);
    return { dispose: () => { this.#listeners.delete(listener); } };
  };

  fire(value: T): void {
    for (const listener of this.#listeners) listener(value);
  }

  dispose(): void {
    this.#listeners.clear();
  }
}

export class ThemeColor {
  readonly id: string;
  constructor(id: string) { this.id = id; }
}

export class TreeItem {
  readonly label: string;
  description: string | undefined;
  constructor(label: string) { this.label = label; }
}

export class ThemeIcon {
  readonly id: string;
  readonly color: ThemeColor | undefined;
  constructor(id: string, color?: ThemeColor) { this.id = id; this.color = color; }
}

export const TreeItemCollapsibleState = { None: 0, Collapsed: 1, Expanded: 2 } as const;
export const ViewColumn = { Active: -1, Beside: -2, One: 1, Two: 2 } as const;
export const QuickPickItemKind = { Separator: -1, Default: 0 } as const;
export const StatusBarAlignment = { Left: 1, Right: 2 } as const;

export class Uri {
  readonly scheme: string;
  readonly path: string;
  private constructor(scheme: string, path: string) { this.scheme = scheme; this.path = path; }

  static file(path: string): Uri { return new Uri('file', path); }
  static joinPath(base: Uri, ...parts: readonly string[]): Uri { return new Uri(base.scheme, [base.path, ...parts].join('/')); }
  get fsPath(): string { return this.path; }
  toString(): string { return `${this.scheme}://${this.path}`; }
}

export const FileType = { File: 1, Directory: 2 } as const;

interface Inspected { readonly globalValue?: unknown; readonly workspaceValue?: unknown }

/** Files of the machine that are all regular, of one byte, and were changed when the test says; settings as the test says. */
export const workspace = {
  fs: { mtime: 0, stat(): Promise<object> { return Promise.resolve({ type: FileType.File, size: 1, mtime: this.mtime }); } },
  name: 'shop',
  isTrusted: true,
  /** Fired by tests. */
  granted: new EventEmitter<void>(),
  onDidGrantWorkspaceTrust(listener: () => unknown): { dispose(): void } { return this.granted.event(listener); },
  workspaceFolders: undefined as readonly object[] | undefined,
  settings: new Map<string, Inspected>(),
  getConfiguration(section: string): { get(key: string): unknown; inspect(key: string): Inspected } {
    const inspect = (key: string): Inspected => this.settings.get(`${section}.${key}`) ?? {};
    return { inspect, get: (key) => inspect(key).workspaceValue ?? inspect(key).globalValue };
  },
};

export const EnvironmentVariableMutatorType = { Replace: 1, Append: 2, Prepend: 3 } as const;

/** A tree view whose rows a test selects; what it is told to reveal is selected when the test says so, as late as in the editor. */
export class FakeTreeView {
  readonly #selected = new EventEmitter<{ readonly selection: readonly unknown[] }>();
  readonly onDidChangeSelection = this.#selected.event;
  readonly onDidChangeVisibility = new EventEmitter().event;
  readonly onDidCollapseElement = new EventEmitter().event;
  readonly onDidExpandElement = new EventEmitter().event;
  readonly visible = true;
  readonly reveals: { readonly node: unknown; finish(): void }[] = [];
  selection: readonly unknown[] = [];

  select(node: unknown): void {
    this.selection = [node];
    this.#selected.fire({ selection: this.selection });
  }

  reveal(node: unknown): Promise<void> {
    return new Promise((resolve) => {
      this.reveals.push({ node, finish: () => { this.select(node); resolve(); } });
    });
  }

  dispose(): void { /* Nothing is held. */ }
}

/** The tree views that were made, newest last. */
export const treeViews: FakeTreeView[] = [];
export const window = {
  createTreeView(): FakeTreeView {
    const view = new FakeTreeView();
    treeViews.push(view);
    return view;
  },
  activeTextEditor: undefined as object | undefined,
  /** Those that are shown now. */
  statusMessages: [] as string[],
  setStatusBarMessage(text: string): { dispose(): void } {
    this.statusMessages.push(text);
    return { dispose: () => { this.statusMessages = this.statusMessages.filter((other) => other !== text); } };
  },
};

/** The debugger; tests say what is started, and what the user looks at. */
export const debug = {
  started: new EventEmitter<{ readonly name: string; readonly configuration: object }>(),
  onDidStartDebugSession(listener: Listener<{ readonly name: string; readonly configuration: object }>): { dispose(): void } { return this.started.event(listener); },
  looked: new EventEmitter<{ readonly session: unknown } | undefined>(),
  onDidChangeActiveStackItem(listener: Listener<{ readonly session: unknown } | undefined>): { dispose(): void } { return this.looked.event(listener); },
};

/** What was copied last. */
export const env = { language: 'en', clipboard: { text: '', writeText(text: string): Promise<void> { this.text = text; return Promise.resolve(); } } };
