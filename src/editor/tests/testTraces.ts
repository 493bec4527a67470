import type { TestRef, TraceOverview } from '../../model/records.ts';
import { namesIn } from './testNames.ts';
import type { WantedTest } from './wantedTest.ts';

/** How far a test is what is meant; 0 is not at all. */
const notAtAll = 0;

/** Those of the traces that were made in a test, in their order: of all that might be meant the ones that fit best. */
export function tracesOfTest(traces: readonly TraceOverview[], wanted: WantedTest): readonly TraceOverview[] {
  const fits = traces.map(({ test }) => (test === undefined ? notAtAll : fitOf(test, wanted)));
  const best = fits.reduce((most, fit) => Math.max(most, fit), notAtAll);
  return best === notAtAll ? [] : traces.filter((_, i) => fits[i] === best);
}

/** The last names must be the same; the file counts more than the suites around. Containers have other folders. */
function fitOf({ name, file }: TestRef, wanted: WantedTest): number {
  const names = namesIn(name), last = wanted.names.at(-1) ?? '';
  const isSame = names.at(-1) === last, isOneOfIts = !isSame && names.at(-1)?.startsWith(`${last}[`) === true;
  if (!isSame && !isOneOfIts) return notAtAll;
  const isSameFile = file !== undefined && slashed(file) === slashed(wanted.file);
  if (!isSameFile && file !== undefined && baseOf(file) !== baseOf(wanted.file)) return notAtAll;
  const around = names.slice(0, -1).filter((each) => wanted.names.includes(each)).length;
  return 1 + (isSame ? 1 : 0) + 2 * Math.min(around, 100) + (isSameFile ? 1000 : 0);
}

const slashed = (path: string): string => path.replaceAll('\\', '/').replace(/^[a-z]:/, (drive) => drive.toUpperCase());
const baseOf = (path: string): string => slashed(path).split('/').at(-1) ?? '';
