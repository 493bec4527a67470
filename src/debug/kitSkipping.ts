const pythonTypes: ReadonlySet<unknown> = new Set(['debugpy', 'python']), ofPython = '**/spanscope.py';

type Configuration = Readonly<Record<string, unknown>>;

/**
 * A configuration whose debugger steps over the agent kit, which lies among the user's own files, as over a package: by
 * `rules` of debugpy, where an earlier one wins. Who steps through libraries, or names the kit, has the say.
 */
export function withKitSkipped<T extends Configuration>(configuration: T): T {
  const { type, rules, justMyCode } = configuration, given: unknown = rules ?? [];
  if (!pythonTypes.has(type) || justMyCode === false || !Array.isArray(given) || namesKit(given)) return configuration;
  return { ...configuration, rules: [...given as unknown[], { path: ofPython, include: false }] };
}

const namesKit = (given: readonly unknown[]): boolean => /"spanscope"|spanscope\.py/.test(JSON.stringify(given));
