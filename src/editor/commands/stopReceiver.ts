import type { Command } from './command.ts';

export const stopReceiver: Command = {
  id: 'spanscope.stopReceiver',
  run: ({ receiver }) => receiver.stop(),
};
