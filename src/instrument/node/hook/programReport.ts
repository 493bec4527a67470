import { readFileSync } from 'node:fs';
import { variablePairs } from '../environment.ts';
import { fieldOf } from './fields.ts';

const mostListed = 50;

/** File of a package by the package's name; undefined where it is not known. */
const libraries = new Map<string, string | undefined>();
const providers = new Set<object>();
let changed: (() => void) | undefined;

/** To be called when a package was loaded that spans can come from: by the name of its registry, with one of its files. */
export function noteLibrary(name: string, file?: string): void {
  if (libraries.has(name) || libraries.size >= mostListed) return;
  libraries.set(name, file);
  changed?.();
}

/** To be called when the program registers a provider. */
export function noteProvider(provider: unknown): void {
  if (typeof provider !== 'object' || provider === null || providers.has(provider) || providers.size >= mostListed) return;
  providers.add(provider);
  changed?.();
}

/** Calls back with every change of the report. */
export function onReportChange(listener: () => void): void {
  changed = listener;
}

/** What the program has loaded, for whoever started it; undefined when nobody wants to know. */
export function programReport(): object | undefined {
  const session = sessionOf();
  return session === undefined ? undefined : {
    session,
    libraries: [...libraries].map(([name, file]) => ({ name, version: file === undefined ? undefined : versionOf(name, file) })),
    exporters: [...providers].flatMap(exportersOf),
  };
}

function sessionOf(): string | undefined {
  return variablePairs('OTEL_RESOURCE_ATTRIBUTES').get('spanscope.session.id');
}

function versionOf(name: string, file: string): string | undefined {
  try {
    const plain = file.replaceAll('\\', '/'), end = plain.lastIndexOf(`/${name}/`);
    const version = end < 0 ? undefined : fieldOf(JSON.parse(readFileSync(`${plain.slice(0, end)}/${name}/package.json`, 'utf8')), 'version');
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}

/** By the fields that the SDK's classes have in versions 1 and 2. */
function exportersOf(provider: object): readonly string[] {
  const active = fieldOf(provider, '_activeSpanProcessor') ?? fieldOf(provider, 'activeSpanProcessor'), several = fieldOf(active, '_spanProcessors');
  return (Array.isArray(several) ? several as unknown[] : [active]).flatMap((processor) => {
    const exporter = fieldOf(processor, '_exporter');
    return typeof exporter === 'object' && exporter !== null ? exporter.constructor.name : [];
  });
}
