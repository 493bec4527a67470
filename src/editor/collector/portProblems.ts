import type { PortProblem } from '../../protocol/collector.ts';
import { visibleName } from '../../model/visibleText.ts';

/** What is wrong with the ports, in words for the user; undefined when all is as wanted. */
export function portProblemText(problems: readonly PortProblem[]): string | undefined {
  return problems.length === 0 ? undefined : problems.map(sentencesOf).join(' ');
}

/** The few words that fit the status bar. */
export function portProblemLabel(problems: readonly PortProblem[]): string | undefined {
  const [first] = problems;
  if (first === undefined) return undefined;
  return first.port === undefined ? `port ${first.wantedPort} in use` : `port ${first.wantedPort} in use, on ${first.port}`;
}

function sentencesOf(problem: PortProblem): string {
  const { wantedPort, port, receiver } = problem;
  const reach = `programs that send there do not reach this window`;
  const instead = port === undefined ? ` Nothing receives ${receiver === 'grpc' ? 'OTLP/gRPC' : 'OTLP/HTTP'} here.` : ` Port ${port} is used instead.`;
  return `Port ${wantedPort} is in use. ${holderOf(problem)} holds it, so ${reach}.${instead}`;
}

function holderOf({ holder, description }: PortProblem): string {
  if (holder === 'spanscope') return 'Another Spanscope window';
  return description === undefined ? 'Another program' : visibleName(description);
}
