import { fileURLToPath } from 'node:url';

/** What the Claude Agent SDK runs in the place of Claude Code. */
export const claudeCode = fileURLToPath(new URL('../../fixtures/agents/claudeCode.mjs', import.meta.url));

/** The tree of what it does, as `drawTree` draws it. */
export const claudeTree = (service: string): string => `Claude Agent (${service}) unset
  chat claude-scripted (${service}) unset
  weather (${service}) unset
  chat claude-scripted (${service}) unset
  Task (${service}) error
    chat claude-scripted (${service}) unset
  chat claude-scripted (${service}) unset`;
