import process from 'node:process';

const names = new Set<string>();

/** To be called with the name of every tracer that the program asks for: instrumentations of libraries ask for one under their own name. */
export function noteTracerName(name: unknown): void {
  if (typeof name === 'string' && names.size < 1000) names.add(name.toLowerCase());
}

/** Whether the program has a tracer whose name holds one of the words: somebody makes spans of that library's runs already. */
export function hasTracerOf(...words: readonly string[]): boolean {
  for (const name of names) if (words.some((word) => name.includes(word))) return true;
  return false;
}

/** Whether an environment variable says yes. */
export function isOn(name: string): boolean {
  return /^(?:true|1|yes|on)$/i.test(process.env[name]?.trim() ?? '');
}
