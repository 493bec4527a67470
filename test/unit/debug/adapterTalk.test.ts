import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdapterTalk } from '../../../src/debug/adapterTalk.ts';

function listened(): { readonly talk: AdapterTalk; readonly heard: string[] } {
  const heard: string[] = [];
  const talk = new AdapterTalk({
    stopped: ({ threadId, isAll, reason }) => heard.push(`${isAll ? 'all, ' : ''}${threadId ?? 'some'} stopped: ${reason}`),
    continued: (threadId) => heard.push(`${threadId ?? 'all'} continued`),
    process: (pid) => heard.push(`process ${pid}`),
  });
  return { talk, heard };
}

const request = (seq: number, command: string, given: object = { threadId: 1 }): object => ({ type: 'request', seq, command, arguments: given });
const response = (seq: number, command: string, success = true): object => ({ type: 'response', request_seq: seq, command, success });
const stopped = (body: object): object => ({ type: 'event', event: 'stopped', body });

describe('the talk of a debug adapter', () => {
  it('tells of stops, by thread and of all threads', () => {
    const { talk, heard } = listened();
    talk.fromAdapter(stopped({ reason: 'breakpoint', threadId: 3 }));
    talk.fromAdapter(stopped({ reason: 'pause', threadId: 3, allThreadsStopped: true }));
    talk.fromAdapter(stopped({ reason: 'entry' }));
    expect(heard).toEqual(['3 stopped: breakpoint', 'all, 3 stopped: pause', 'all, some stopped: entry']);
  });

  it('tells the process of the program', () => {
    const { talk, heard } = listened();
    for (const systemProcessId of [4711, undefined, 'x', -1, 1.5]) talk.fromAdapter({ type: 'event', event: 'process', body: { name: 'agent', systemProcessId } });
    expect(heard).toEqual(['process 4711']);
  });

  it('says that a program goes on when a request to go on is answered, and not when it is refused', () => {
    const { talk, heard } = listened();
    talk.toAdapter(request(1, 'continue'));
    expect(heard).toEqual([]);
    talk.fromAdapter(response(1, 'continue'));
    talk.toAdapter(request(2, 'next', { threadId: 7, singleThread: true }));
    talk.fromAdapter(response(2, 'next'));
    talk.toAdapter(request(3, 'stepOut'));
    talk.fromAdapter(response(3, 'stepOut', false));
    talk.toAdapter(request(4, 'stackTrace'));
    talk.fromAdapter(response(4, 'stackTrace'));
    expect(heard).toEqual(['all continued', '7 continued']);
  });

  it('says that a program goes on when the adapter says so, and when a thread ends', () => {
    const { talk, heard } = listened();
    talk.fromAdapter({ type: 'event', event: 'continued', body: { threadId: 2, allThreadsContinued: false } });
    talk.fromAdapter({ type: 'event', event: 'continued', body: { threadId: 2 } });
    talk.fromAdapter({ type: 'event', event: 'thread', body: { reason: 'exited', threadId: 4 } });
    expect(heard).toEqual(['2 continued', 'all continued', '4 continued']);
  });

  it('tells a step before the stop that it led to, also when the stop comes before the answer', () => {
    const { talk, heard } = listened();
    talk.toAdapter(request(5, 'stepOut'));
    talk.fromAdapter(stopped({ reason: 'step', threadId: 1 }));
    talk.fromAdapter(response(5, 'stepOut'));
    expect(heard).toEqual(['all continued', '1 stopped: step']);
  });

  it('passes over whatever else adapters send', () => {
    const { talk, heard } = listened();
    const odd = [null, 'stopped', [], { type: 'event' }, { type: 'event', event: 'stopped2', body: 1 }, { type: 'response', request_seq: '1' }, { type: 'event', event: 'thread', body: { reason: 'exited', threadId: {} } }];
    for (const message of odd) { talk.fromAdapter(message); talk.toAdapter(message); }
    expect(heard).toEqual([]);
    fc.assert(fc.property(fc.anything(), (message) => { talk.fromAdapter(message); talk.toAdapter(message); }));
    fc.assert(fc.property(fc.anything(), (body) => { talk.fromAdapter({ type: 'event', event: 'stopped', body }); talk.toAdapter({ type: 'request', seq: 1, command: 'next', arguments: body }); }));
  });
});
