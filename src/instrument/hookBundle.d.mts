import type { BuildOptions } from 'esbuild';

export const hookBundle: BuildOptions;
