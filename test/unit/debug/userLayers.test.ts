import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layersOfLaunch } from '../../../src/debug/userLayers.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'spanscope-layers-'));
  mkdirSync(path.join(folder, 'app/Properties'), { recursive: true });
  writeFileSync(path.join(folder, 'a.env'), 'A=file\nB=file\n');
  writeFileSync(path.join(folder, 'b.env'), 'B=later\n');
  writeFileSync(path.join(folder, 'app/Properties/launchSettings.json'), '{"profiles": {"http": {"commandName": "Project", "environmentVariables": {"A": "profile", "P": "profile"}}}}');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const found = async (configuration: object, names: string): Promise<unknown[]> => {
  const layers = await layersOfLaunch({ type: 'coreclr', request: 'launch', name: 'x', ...configuration }, folder);
  return [...names].map((name) => layers.find(name)).map((each) => each && `${each.value} by ${each.by}`);
};

describe('what a program of a launch configuration would get anyway', () => {
  it('is in the configuration, then in its files, the last of which counts, then in the profile of .NET', async () => {
    expect(await found({ env: { A: 'own' }, envFile: [path.join(folder, 'a.env'), 'b.env'], cwd: path.join(folder, 'app') }, 'ABP')).toEqual(['own by the launch configuration', 'later by b.env', 'profile by launchSettings.json']);
  });

  it('is found by paths that start in the folder', async () => {
    expect(await found({ envFile: 'a.env', cwd: 'app' }, 'AP')).toEqual(['file by a.env', 'profile by launchSettings.json']);
    expect(await found({ cwd: 'app', launchSettingsProfile: 'https' }, 'P')).toEqual([undefined]);
    expect(await found({ type: 'go', cwd: 'app' }, 'P')).toEqual([undefined]);
  });

  it('is nothing in files that are not there, or are folders', async () => {
    expect(await found({ envFile: ['none.env', 'app', 7] }, 'A')).toEqual([undefined]);
  });
});
