import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import manifest from '../../../../package.json' with { type: 'json' };
import texts from '../../../../package.nls.json' with { type: 'json' };
import { otherPorts } from '../../../../src/collector/ports.ts';
import { commands } from '../../../../src/editor/commands/registry.ts';

const root = path.resolve(import.meta.dirname, '../../../..');
const { contributes } = manifest;
const contributed = contributes.commands.map(({ command }) => command);
const everything = JSON.stringify(manifest);

/** Every text of the manifest that is one of these, wherever it stands. */
function mentions(pattern: RegExp, text = everything): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, found]) => found as string))].toSorted();
}

describe('the manifest', () => {
  it('contributes exactly the commands that the registry knows', () => {
    expect(contributed.toSorted()).toEqual(commands.map(({ id }) => id).toSorted());
  });

  it('has a text for every key, and no text that nothing uses', () => {
    expect(mentions(/%([\w.-]+)%/g)).toEqual(Object.keys(texts).toSorted());
  });

  it('names only its own commands in menus, keys, welcome texts and walkthroughs', () => {
    const named = [
      ...Object.values(contributes.menus).flat().flatMap((entry) => ('command' in entry && entry.command !== undefined ? [entry.command] : [])),
      ...contributes.keybindings.map(({ command }) => command),
      ...mentions(/command:(spanscope[\w.]+)/g, JSON.stringify(texts) + JSON.stringify(contributes.walkthroughs)),
    ];
    expect(named.filter((command) => !contributed.includes(command))).toEqual([]);
  });

  it('gives no two entries that a menu shows together the same place in it', () => {
    const places = Object.entries(contributes.menus).flatMap(([menu, entries]) => entries.map((entry) => [menu, 'group' in entry ? entry.group : undefined, 'when' in entry ? entry.when : undefined].join(' · '))).filter((place) => place.includes('@'));
    expect(places.filter((place, i) => places.indexOf(place) !== i)).toEqual([]);
  });

  it('hides from the palette what makes no sense without a row or a place', () => {
    const hidden = contributes.menus.commandPalette.filter(({ when }) => when === 'false').map(({ command }) => command);
    expect(hidden).toEqual(['spanscope.openTraceBeside', 'spanscope.deleteTrace', 'spanscope.showMenu', 'spanscope.loadMore', 'spanscope.clearHighlight',
      'spanscope.editSpanBreakpoint', 'spanscope.deleteSpanBreakpoint', 'spanscope.toggleSpanBreakpoint']);
  });

  it('restricts all of its settings in a folder that is not trusted', () => {
    const settings = Object.keys(contributes.configuration.properties);
    expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toEqual(settings);
  });

  it('takes no port, host, origin or limit from a workspace', () => {
    const fromWorkspace = Object.entries(contributes.configuration.properties).filter(([, { scope }]) => scope !== 'machine').map(([key]) => key);
    expect(fromWorkspace).toEqual(['spanscope.receiver.autoStart', 'spanscope.debug.environment', 'spanscope.source.pathMappings',
      'spanscope.code.codeLens', 'spanscope.code.decorations', 'spanscope.code.hover', 'spanscope.code.heat', 'spanscope.code.errorMarks', 'spanscope.code.problems', 'spanscope.debug.inlineValues']);
  });

  it('lets no remote editor forward the ports that it listens on', () => {
    const { httpPort, grpcPort } = { httpPort: contributes.configuration.properties['spanscope.receiver.httpPort'].default, grpcPort: contributes.configuration.properties['spanscope.receiver.grpcPort'].default };
    const ranges = Object.entries(contributes.configurationDefaults['remote.portsAttributes']).map(([range, { onAutoForward }]) => ({ range: range.split('-').map(Number), onAutoForward }));
    const isQuiet = (port: number): boolean => ranges.some(({ range: [from = 0, to = 0], onAutoForward }) => onAutoForward === 'ignore' && from <= port && port <= to);
    expect([httpPort, grpcPort, ...otherPorts.http, ...otherPorts.grpc].filter((port) => !isQuiet(port))).toEqual([]);
  });

  it('names pictures that exist', () => {
    const pictures = mentions(/"(media\/[^"]+)"/g);
    expect(pictures.length).toBeGreaterThan(4);
    expect(pictures.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });
});
