import type { Command } from './command.ts';

export const showLog: Command = {
  id: 'spanscope.showLog',
  run: ({ log }) => Promise.resolve(log.show()),
};
