import { describe, expect, it } from 'vitest';
import { formsFor } from '../../../../src/editor/elsewhere/forms.ts';
import type { ElsewhereFacts } from '../../../../src/editor/elsewhere/forms.ts';
import { placeLines, placeOf, placeWords } from '../../../../src/editor/elsewhere/places.ts';

const endpoints = { http: 'http://127.0.0.1:4320', grpc: '127.0.0.1:4317' };
const ways = (facts: Partial<ElsewhereFacts>): Record<string, string> =>
  Object.fromEntries(formsFor({ place: 'here', platform: 'linux', hostName: 'box', endpoints, ...facts }).map(({ title, text }) => [title, text]));

describe('programs elsewhere', () => {
  it('on Linux reach the receiver through the network of the host, the name that Docker Desktop has for it, by SSH, or by a file', () => {
    expect(ways({})).toEqual({
      'A container on the same host': '--network host -e OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4320',
      'A container of Docker Desktop': '-e OTEL_EXPORTER_OTLP_ENDPOINT=http://host.docker.internal:4320',
      'A machine that you reach by SSH': 'ssh -R 4320:127.0.0.1:4320 USER@MACHINE',
      'Anywhere, without a port': 'OTEL_TRACES_EXPORTER=console PROGRAM > spans.log',
    });
  });

  it('in a container beside a dev container share its network', () => {
    const found = ways({ place: 'container', hostName: '4fa6e0f0c678' });
    expect(found['A container beside this one']).toBe('--network container:4fa6e0f0c678 -e OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4320');
    expect(found['A program on the machine in front of you']).toContain('127.0.0.1:4320');
    expect(found).not.toHaveProperty('A container on the same host');
  });

  it('in Docker Desktop need the name of the host to be allowed', () => {
    for (const platform of ['darwin', 'win32']) {
      const [form] = formsFor({ place: 'here', platform, hostName: 'box', endpoints });
      expect(form).toMatchObject({ text: '-e OTEL_EXPORTER_OTLP_ENDPOINT=http://host.docker.internal:4320', setting: 'spanscope.receiver.allowedHosts' });
    }
  });

  it('of Windows and of WSL reach one another', () => {
    expect(ways({ place: 'wsl' })).toMatchObject({ 'A container on the same host': expect.any(String) as string, 'A container of Docker Desktop': expect.any(String) as string });
    expect(ways({ place: 'wsl' })['A program of Windows']).toBe('OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4320');
    expect(ways({ platform: 'win32' })).toHaveProperty('A program in WSL');
  });

  it('are told the usual port while nothing listens, and nothing that a shell reads specially', () => {
    expect(ways({ endpoints: {} })['A container on the same host']).toContain(':4318');
    expect(ways({ place: 'container', hostName: '$(rm -rf /)' })['A container beside this one']).toContain('container:NAME ');
  });
});

describe('where the receiver listens', () => {
  it('is said where the window is connected to another machine', () => {
    expect([undefined, '', 'dev-container', 'attached-container', 'ssh-remote', 'wsl', 'codespaces', 'tunnel'].map((name) => placeWords[placeOf(name)])).toEqual([
      'on this machine', 'on this machine', 'in this container', 'in this container', 'on the SSH host', 'in WSL', 'in the codespace', 'on this remote machine',
    ]);
    expect(placeLines(undefined)).toEqual([]);
    expect(placeLines('ssh-remote')).toEqual(['It listens on the SSH host: programs that run there are seen']);
  });
});
