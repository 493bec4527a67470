/** The part a span plays in an agent's run. The index is the number in a `role` column. */
export const roles = [
  'other', 'agent', 'llm', 'tool', 'retriever', 'embedding', 'reranker', 'memory', 'decision',
  'chain', 'guardrail', 'evaluator', 'handoff', 'human',
] as const;
export type Role = (typeof roles)[number];

/** The word that people read for a role. */
export const roleWords: Readonly<Record<Role, string>> = {
  other: 'Other', agent: 'Agent', llm: 'Model call', tool: 'Tool', retriever: 'Retriever', embedding: 'Embedding',
  reranker: 'Reranker', memory: 'Memory', decision: 'Decision', chain: 'Step', guardrail: 'Guardrail',
  evaluator: 'Evaluator', handoff: 'Handoff', human: 'Human',
};

/** The codicon of a role. */
export const roleIcons: Readonly<Record<Role, string>> = {
  other: 'circle-outline', agent: 'hubot', llm: 'sparkle', tool: 'tools', retriever: 'library',
  embedding: 'symbol-array', reranker: 'list-ordered', memory: 'database', decision: 'milestone', chain: 'link',
  guardrail: 'shield', evaluator: 'law', handoff: 'arrow-swap', human: 'person',
};
