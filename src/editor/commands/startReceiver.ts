import type { Command } from './command.ts';

export const startReceiver: Command = {
  id: 'spanscope.startReceiver',
  run: ({ receiver }) => receiver.start(),
};
