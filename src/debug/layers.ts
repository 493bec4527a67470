/** Variables that a program would get anyway, and who set them. */
export interface Layer {
  /** Completes the sentence "NAME is set by …". */
  readonly by: string;
  /** Null = removed on purpose, which is a choice as well. */
  readonly values: ReadonlyMap<string, string | null>;
}

export interface Found { readonly value: string; readonly by: string }

/** Names of variables as the system compares them. */
export type NameRule = 'exact' | 'ignoreCase';

/** What a program would get anyway, the strongest layer first. */
export class Layers {
  readonly #layers: readonly Layer[];

  constructor(layers: readonly Layer[], rule: NameRule) {
    const nameOf = (name: string): string => (rule === 'ignoreCase' ? name.toUpperCase() : name);
    this.#layers = layers.map(({ by, values }) => ({ by, values: new Map([...values].map(([name, value]) => [nameOf(name), value])) }));
  }

  /**
   * The value that counts; an empty one is as good as none (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/),
   * one that was taken away is a choice. None is one that we have set in a program around this one: the editor may itself have been
   * started in a terminal of ours. Those are the values that stand beside an address of ours. Some debuggers copy a layer
   * into a stronger one, so the weakest that has the value is named.
   */
  find(name: string): Found | undefined {
    for (const { values } of this.#layers) {
      const value = values.get(name);
      if (value === undefined || (value !== null && isOurs(name, value, values))) continue;
      if (value === '') return undefined;
      return { value: value ?? '', by: this.#layers.findLast((layer) => layer.values.get(name) === value)?.by ?? '' };
    }
    return undefined;
  }
}

const addresses = new Set(['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']);
const besides = new Set(['OTEL_EXPORTER_OTLP_PROTOCOL', 'OTEL_BSP_SCHEDULE_DELAY', 'OTEL_BLRP_SCHEDULE_DELAY']);

function isOurs(name: string, value: string, values: ReadonlyMap<string, string | null>): boolean {
  if (name.startsWith('SPANSCOPE_') && name !== 'SPANSCOPE_HOOK') return true;
  const ours = values.get('SPANSCOPE_ENDPOINT');
  if (ours === undefined || ours === null || ours === '') return false;
  return addresses.has(name) ? value === ours || value === `${ours}/v1/traces` : besides.has(name) && values.get('OTEL_EXPORTER_OTLP_ENDPOINT') === ours;
}

/** The layer of an object as it stands in a launch configuration or a setting, where values may be of any kind. */
export function layerOf(by: string, values: unknown): Layer {
  const known = new Map<string, string | null>();
  if (typeof values === 'object' && values !== null) {
    for (const [name, value] of Object.entries(values)) {
      if (value === null) known.set(name, null);
      else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') known.set(name, String(value));
    }
  }
  return { by, values: known };
}

/** Variables of a file as debuggers read them: `NAME=value` a line, `export` and comments allowed, quotes taken off. */
export function parseEnvFile(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, name, rest] = /^\s*(?:export\s+)?([\w.-]+)\s*=(.*)$/.exec(line) ?? [];
    if (name !== undefined && rest !== undefined) values.set(name, withoutQuotes(rest.trim()));
  }
  return values;
}

function withoutQuotes(value: string): string {
  const quote = value[0];
  if ((quote === '"' || quote === "'") && value.length > 1 && value.endsWith(quote)) return value.slice(1, -1);
  const comment = value.indexOf(' #');
  return comment < 0 ? value : value.slice(0, comment).trimEnd();
}
