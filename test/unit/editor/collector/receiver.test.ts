import { describe, expect, it } from 'vitest';
import { Receiver } from '../../../../src/editor/collector/receiver.ts';
import type { PortProblem, StartResult } from '../../../../src/protocol/collector.ts';
import { fakeCollector, keptLog } from './fakes.ts';

const held: PortProblem = { wantedPort: 4318, port: 4320, holder: 'stranger', description: 'otel-collector (process 8123)', receiver: 'http' };

function receiverOn(problems: readonly PortProblem[] = [], startsByItself = true): ReturnType<typeof fakeCollector> & { readonly receiver: Receiver; readonly started: unknown[] } {
  const started: unknown[] = [];
  const collector = fakeCollector({
    start: (ports): StartResult => {
      started.push(ports);
      return { endpoints: { http: `http://127.0.0.1:${ports.httpPort || 5000}` }, problems };
    },
  });
  const settings = { ports: () => ({ httpPort: 4318, grpcPort: 4317 }), startsByItself: () => startsByItself };
  return { ...collector, started, receiver: new Receiver(collector.host, settings, keptLog().log) };
}

describe('the receiver', () => {
  it('listens on the ports of the settings, once', async () => {
    const { receiver, started } = receiverOn();
    await Promise.all([receiver.start(), receiver.startIfWanted(), receiver.start()]);
    expect(started).toEqual([{ httpPort: 4318, grpcPort: 4317 }]);
    expect(receiver.status).toMatchObject({ state: 'listening', http: 'http://127.0.0.1:4318', receivedSpans: 0 });
  });

  it('moves to other ports when it is asked to, and stays for any port', async () => {
    const { receiver, started, calls } = receiverOn();
    await receiver.start();
    await receiver.start({ httpPort: 0, grpcPort: 0 });
    expect(started).toHaveLength(1);
    expect(await receiver.start({ httpPort: 4400 })).toEqual({ http: 'http://127.0.0.1:4400' });
    expect(calls).toEqual(['configure', 'start', 'stop', 'start']);
  });

  it('stays on its ports for somebody who only needs to know where it listens', async () => {
    const { receiver, started } = receiverOn();
    const moved = receiver.start({ httpPort: 4400 });
    expect(await receiver.started()).toEqual({ http: 'http://127.0.0.1:4400' });
    await moved;
    await receiver.stop();
    expect(await receiver.started()).toEqual({ http: 'http://127.0.0.1:4318' });
    expect(started).toHaveLength(2);
  });

  it('does not start by itself when the settings or the person say so', async () => {
    const off = receiverOn([], false);
    await off.receiver.startIfWanted();
    expect(off.receiver.state).toBe('off');
    const { receiver } = receiverOn();
    await receiver.start();
    await receiver.stop();
    await receiver.startIfWanted();
    expect(receiver.state).toBe('off');
    await receiver.start();
    expect(receiver.state).toBe('listening');
  });

  it('says who holds a port and where it listens instead', async () => {
    const { receiver } = receiverOn([held]);
    const told: unknown[] = [];
    receiver.onDidMeetPortsInUse((problems) => told.push(problems));
    await receiver.start();
    expect(told).toEqual([[held]]);
    expect(receiver.status.problem).toBe(
      'Port 4318 is in use. otel-collector (process 8123) holds it, so programs that send there do not reach this window. Port 4320 is used instead.',
    );
    receiver.acceptPorts();
    expect(receiver.status.problem).toBeUndefined();
    expect(receiver.status.http).toBe('http://127.0.0.1:4318');
  });

  it('starts once for two views that open together, though a port is held', async () => {
    const { receiver, started } = receiverOn([held]);
    await Promise.all([receiver.startIfWanted(), receiver.startIfWanted()]);
    expect(started).toHaveLength(1);
  });

  it('tries the wanted ports again while they are held', async () => {
    const { receiver, started } = receiverOn([held]);
    await receiver.start();
    await receiver.start();
    expect(started).toHaveLength(2);
  });

  it('says why it could not start, and can be started again', async () => {
    let fails = true;
    const collector = fakeCollector({ start: () => { if (fails) throw new Error('No permission.'); return { endpoints: {}, problems: [] }; } });
    const receiver = new Receiver(collector.host, { ports: () => ({ httpPort: 80, grpcPort: 0 }), startsByItself: () => true }, keptLog().log);
    await expect(receiver.start()).rejects.toThrow('No permission.');
    expect(receiver.status).toMatchObject({ state: 'failed', problem: 'No permission.' });
    fails = false;
    await receiver.start();
    expect(receiver.state).toBe('listening');
  });

  it('listens again where it did when the worker was lost', async () => {
    const { receiver, started, listeners, host } = receiverOn();
    await receiver.start({ httpPort: 4400, grpcPort: 0 });
    const listening = Promise.withResolvers<void>();
    receiver.onDidChange(() => { if (receiver.state === 'listening') listening.resolve(); });
    listeners[0]?.onLost('crash');
    await listening.promise;
    expect(started).toEqual([{ httpPort: 4400, grpcPort: 0 }, { httpPort: 4400, grpcPort: 0 }]);
    expect(host.isRunning).toBe(true);
  });
});
