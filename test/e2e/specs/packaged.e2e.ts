import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TraceSummary } from '../../../src/model/records.ts';
import { root } from '../../launcher/paths.ts';
import { mustRun } from '../../launcher/processes.ts';
import { prepareRealClients } from '../../launcher/realClients.ts';
import type { RealClients } from '../../launcher/realClients.ts';
import { useWorkbench } from '../support/useWorkbench.ts';

interface Endpoints { readonly http: string; readonly grpc: string; readonly webSocket: string }

const installPatienceMs = 600_000;

describe('the packaged extension in a fresh editor', () => {
  let clients: RealClients;
  beforeAll(async () => { clients = await prepareRealClients(); }, installPatienceMs);
  const workbench = useWorkbench({ extension: 'vsix' });
  const listed = async (query: string): Promise<readonly TraceSummary[]> => workbench().probe.api<TraceSummary[]>('listTraces', query);

  it('is installed, starts and shows its views', async () => {
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await workbench().probe.call('extensionVersion')).toBe(version);
    expect(await workbench().probe.api('apiVersion')).toBe(1);
    await workbench().viewContainer('Spanscope').click();
    await workbench().page.getByRole('heading', { name: 'Spanscope' }).first().waitFor();
  });

  it.each(['http/protobuf', 'grpc'])('takes spans over %s', async (protocol) => {
    await workbench().probe.api('clear');
    const { http, grpc } = await workbench().probe.api<Endpoints>('endpoints');
    const environment = {
      ...process.env, OTEL_EXPORTER_OTLP_PROTOCOL: protocol, OTEL_EXPORTER_OTLP_ENDPOINT: protocol === 'grpc' ? `http://${grpc}` : http,
      SPANSCOPE_RECORDING: path.join(workbench().folder, '..', 'recording.json'),
    };
    await mustRun(process.execPath, [path.join(clients.nodeFolder, 'traces.mjs')], { cwd: clients.nodeFolder, env: environment });
    await expect.poll(async () => (await listed('name:run')).map(({ services, spanCount, errorCount }) => ({ services, spanCount, errorCount })))
      .toEqual([{ services: ['js-agent'], spanCount: 10, errorCount: 1 }]);
    await workbench().openTrace(/^run\b/);
    await workbench().panel().rows('fails').waitFor();
  });

  it('takes spans over its WebSocket as they begin and end', async () => {
    const { webSocket } = await workbench().probe.api<Endpoints>('endpoints');
    const socket = new WebSocket(webSocket);
    await new Promise((resolve) => { socket.addEventListener('open', resolve, { once: true }); });
    const traceId = 'ab'.repeat(16), spanId = 'cd'.repeat(8);
    socket.send(JSON.stringify({ type: 'start', span: { traceId, spanId, name: 'still going', startTimeUnixNano: `${Date.now()}000000`, service: 'live' } }));
    await expect.poll(async () => (await listed('name:going')).map(({ openCount }) => openCount)).toEqual([1]);
    socket.send(JSON.stringify({ type: 'end', traceId, spanId, endTimeUnixNano: `${Date.now() + 1}000000` }));
    await expect.poll(async () => (await listed('name:going')).map(({ openCount }) => openCount)).toEqual([0]);
    socket.close();
  });

  it('runs the demo agent that it brings, and stands on the lines that made its spans', async () => {
    await workbench().run('Spanscope: Run the Demo Agent');
    await workbench().openTrace(/^planner\b/);
    await workbench().panel().rows('search_trains').first().click();
    await workbench().panel().press('Enter');
    await expect.poll(async () => (await workbench().probe.cursor())?.text ?? '').toContain('agent.toolCall(');
    expect(path.basename((await workbench().probe.cursor())?.file ?? '')).toBe('worker.mjs');
  });
});
