import { decodeAtif } from './atifDecode.ts';
import type { Format, Sniff } from './format.ts';
import { jsonKeys } from './jsonKeys.ts';

/**
 * Trajectories of agents in ATIF (Harbor's "Agent Trajectory Interchange Format", versions 1.x; VS Code exports them too): `{schema_version: "ATIF-v…",
 * session_id, agent, steps}`, one or several in a file, those of sub-agents beside or inside of others. A trajectory becomes an agent, a step of the agent a model call with its
 * tool calls. A step tells one time at most; steps without one are shown in their order.
 */
export const atif: Format = {
  id: 'atif',
  label: 'ATIF trajectory',
  pieces: 'values',
  sniff(head): Sniff {
    const keys = jsonKeys(head);
    const isTrajectory = [...keys].some((key) => key.endsWith('schema_version') && keys.has(`${key.slice(0, -'schema_version'.length)}agent`)) && /"ATIF-v/.test(new TextDecoder().decode(head));
    return isTrajectory ? { score: 0.95, reason: 'has a "schema_version" of ATIF' } : { score: 0, reason: 'has no "schema_version" of ATIF' };
  },
  decode: decodeAtif,
};
