import type { Command } from './command.ts';

export const clearHighlight: Command = {
  id: 'spanscope.clearHighlight',
  run: ({ source }) => Promise.resolve(source.clearHighlight()),
};
