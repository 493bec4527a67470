import type { Command } from './command.ts';

export const groupByTime: Command = {
  id: 'spanscope.groupByTime',
  run: (services) => services.groupBy('time'),
};

export const groupByService: Command = {
  id: 'spanscope.groupByService',
  run: (services) => services.groupBy('service'),
};

export const groupByTest: Command = {
  id: 'spanscope.groupByTest',
  run: (services) => services.groupBy('test'),
};
