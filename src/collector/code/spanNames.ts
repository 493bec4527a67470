import { roles } from '../../model/role.ts';
import { metaRole } from '../../model/traceRows.ts';
import type { SpokenName } from '../../protocol/codeUse.ts';
import { namesOf, recordedFunctions } from '../../source/candidates.ts';
import type { RecordedName } from '../../source/candidates.ts';
import type { TraceColumns } from '../store/traceColumns.ts';
import { noPlace } from './placeTable.ts';
import type { PlaceTable } from './placeTable.ts';

/** What clients and servers call all their spans is the name of a function that handles some of them, too. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', 'HTTP', 'main']);
const toolRole = roles.indexOf('tool'), agentRole = roles.indexOf('agent');
/** Texts of a trace are fewer, so that a name and a subject make one exact number. */
const mostTexts = 2 ** 24;
/** Where there are more, most spans have a name of their own. */
const mostKnown = 20_000;

/** Gives the numbers of what spans without a recorded place are called: by their names, tools and agents. Equal rows are looked at once. */
export function namesOfRows(trace: TraceColumns, table: PlaceTable): (row: number) => number {
  const known = new Map<number, number>(), { texts } = trace.texts;
  return (row) => {
    if (trace.isPlaceholder(row)) return noPlace;
    const role = metaRole(trace.meta[row] as number), isTool = role === toolRole;
    const name = trace.name[row] as number, subject = isTool || role === agentRole ? trace.subject[row] as number : 0;
    if (name >= mostTexts || subject >= mostTexts) return noPlace;
    const key = (name * mostTexts + subject) * 2 + (isTool ? 1 : 0), before = known.get(key);
    if (before !== undefined) return before;
    const about = isTool ? 'toolName' : 'agentName', text = texts[name] ?? '', said = texts[subject] ?? '';
    const id = table.idOfNames(`${about} ${text}\0${said}`, () => namesIn(text, about, said));
    if (known.size < mostKnown) known.set(key, id);
    return id;
  };
}

/** The number of the functions that a span names without their file, as agents for Java do. */
export function idOfFunctions(attributes: Readonly<Record<string, unknown>>, table: PlaceTable): number {
  const names = recordedFunctions({ attributes }).map(spoken);
  return names.length === 0 ? noPlace : table.idOfNames(`functions ${JSON.stringify(names)}`, () => names);
}

function namesIn(name: string, about: 'toolName' | 'agentName', subject: string): SpokenName[] {
  const names = namesOf({ name, agent: { role: 'other', [about]: subject, sources: {} } });
  return names.filter((one) => one.kind !== 'function' || !methods.has(one.name)).map(spoken);
}

const spoken = ({ kind, name, qualifiers }: RecordedName): SpokenName => ({ kind, name, qualifiers });
