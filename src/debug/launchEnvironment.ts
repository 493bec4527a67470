/**
 * Where debuggers take the environment of the program that they launch: most an object `env`, those of the C/C++ extension a
 * list `environment` of names and values (https://code.visualstudio.com/docs/cpp/launch-json-reference), lldb-dap a list
 * `env` of assignments, newer ones an object as well (https://github.com/llvm/llvm-project/tree/main/lldb/tools/lldb-dap).
 */
type Configuration = Readonly<Record<string, unknown>>;

const listed: ReadonlySet<unknown> = new Set(['cppdbg', 'cppvsdbg']), assigned: ReadonlySet<unknown> = new Set(['lldb-dap']);

const keyOf = ({ type }: Configuration): 'env' | 'environment' => (listed.has(type) ? 'environment' : 'env');

/** What a configuration sets, by name; undefined when it stands there in a form that its debugger does not take. */
export function launchVariables(configuration: Configuration): ReadonlyMap<string, unknown> | undefined {
  const given = configuration[keyOf(configuration)];
  if (given === undefined || given === null) return new Map();
  if (typeof given !== 'object') return undefined;
  if (listed.has(configuration['type'])) return Array.isArray(given) ? new Map(given.flatMap(pairOf)) : undefined;
  if (!Array.isArray(given)) return new Map(Object.entries(given));
  return assigned.has(configuration['type']) ? new Map(given.flatMap(assignmentOf)) : undefined;
}

/** A configuration that sets these variables as well, in the form in which it sets others. Names may differ in case alone where the system does not tell cases apart. */
export function withLaunchVariables<T extends Configuration>(configuration: T, variables: ReadonlyMap<string, string>, isCaseless: boolean): T {
  const key = keyOf(configuration), given = configuration[key];
  const isSet = (name: unknown): boolean => typeof name === 'string' && variables.has(isCaseless ? name.toUpperCase() : name);
  const others: readonly unknown[] = Array.isArray(given) ? given : [];
  if (listed.has(configuration['type'])) {
    return { ...configuration, [key]: [...others.filter((item) => !pairOf(item).some(([name]) => isSet(name))), ...[...variables].map(([name, value]) => ({ name, value }))] };
  }
  // What is not given takes the form that all versions read.
  if (Array.isArray(given) || (assigned.has(configuration['type']) && (given === undefined || given === null))) {
    return { ...configuration, [key]: [...others.filter((item) => !assignmentOf(item).some(([name]) => isSet(name))), ...[...variables].map(([name, value]) => `${name}=${value}`)] };
  }
  return { ...configuration, [key]: Object.fromEntries([...Object.entries(given ?? {}).filter(([name]) => !isSet(name)), ...variables]) };
}

function pairOf(item: unknown): [string, unknown][] {
  if (typeof item !== 'object' || item === null) return [];
  const { name, value } = item as Record<string, unknown>;
  return typeof name === 'string' ? [[name, value]] : [];
}

/** `NAME=value`; a name alone leaves the value as it is around the debugger. */
function assignmentOf(item: unknown): [string, unknown][] {
  const equals = typeof item === 'string' ? item.indexOf('=') : -1;
  return typeof item === 'string' && equals > 0 ? [[item.slice(0, equals), item.slice(equals + 1)]] : [];
}
