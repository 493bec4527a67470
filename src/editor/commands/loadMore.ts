import { MoreSpans } from '../traces/spansTree.ts';
import type { Command } from './command.ts';

/** The row `Show 500 more` of either tree. */
export const loadMore: Command = {
  id: 'spanscope.loadMore',
  async run({ index, spansView }, target) {
    if (target instanceof MoreSpans) await spansView.showMore(target);
    else index.showMore();
  },
};
