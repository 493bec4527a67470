import { describe, expect, it } from 'vitest';
import { kitOf, reachOf } from '../../../src/debug/debugTypes.ts';
import { Layers, layerOf, parseEnvFile } from '../../../src/debug/layers.ts';

describe('what a program would get anyway', () => {
  it('counts the strongest layer', () => {
    const layers = new Layers([layerOf('a', { X: 1 }), layerOf('b', { X: 2, Y: true, Z: {} }), layerOf('c', 'nonsense')], 'exact');
    expect([layers.find('X'), layers.find('Y'), layers.find('Z'), layers.find('x')]).toEqual([{ value: '1', by: 'a' }, { value: 'true', by: 'b' }, undefined, undefined]);
  });

  it('names the weakest layer that has the value, which a debugger may have copied', () => {
    const layers = new Layers([layerOf('the launch configuration', { X: '1', Y: '1' }), layerOf('debug.env', { Y: '2' }), layerOf('the environment of the editor', { X: '1' })], 'exact');
    expect([layers.find('X'), layers.find('Y')]).toEqual([{ value: '1', by: 'the environment of the editor' }, { value: '1', by: 'the launch configuration' }]);
  });

  it('compares names as the system does', () => {
    expect(new Layers([layerOf('a', { NodeOptions: '', node_options: '--inspect' })], 'ignoreCase').find('NODE_OPTIONS')?.value).toBe('--inspect');
  });

  it('reads files of variables', () => {
    const text = '# comment\r\nA=1\nexport B="two words" \n C = \'#3\'\nD=4 # four\nE=\nnonsense\nF=a=b\n';
    expect(Object.fromEntries(parseEnvFile(text))).toEqual({ A: '1', B: 'two words', C: '#3', D: '4', E: '', F: 'a=b' });
  });
});

describe('a launch configuration', () => {
  it.each([
    [{ type: 'node', request: 'launch' }, 'hooks'],
    [{ type: 'debugpy', request: 'launch' }, 'hooks'],
    [{ type: 'go', request: 'launch', spanscope: true }, 'variables'],
    [{ type: 'node', request: 'launch', spanscope: false }, undefined],
    [{ type: 'node', request: 'attach' }, undefined],
    [{ type: 'pwa-node', request: 'launch', __pendingTargetId: '1' }, undefined],
    [{ type: 'extensionHost', request: 'launch' }, undefined],
    [{ type: 'chrome', request: 'launch' }, undefined],
    [{ type: 7, request: 'launch' }, undefined],
  ])('%j reaches %s', (configuration, reach) => {
    expect(reachOf(configuration)).toBe(reach);
  });

  it('says which kit would help', () => {
    expect([kitOf('debugpy'), kitOf('pwa-node'), kitOf('go')]).toEqual(['python', 'node', undefined]);
  });
});
