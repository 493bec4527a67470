import type { Buffer } from 'node:buffer';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { DecodeError } from '../../formats/format.ts';
import type { BreakpointsMessage } from '../../protocol/live.ts';
import type { Limits } from './admission.ts';
import { FrameWatch } from './frameWatch.ts';
import { LiveControl } from './liveControl.ts';
import type { ControlReplies } from './liveControl.ts';
import type { LiveMessage } from './liveMessage.ts';
import { readLiveMessages } from './liveMessages.ts';
import { LiveQueue } from './liveQueue.ts';
import type { Replies } from './liveQueue.ts';
import { RateMeter } from './rateMeter.ts';
import type { ReceiverContext } from './receiver.ts';

/** RFC 6455, section 7.4.1. */
export const closeCodes = {
  unsupported: 1003, policyViolation: 1008, internal: 1011, restarting: 1012, tryAgainLater: 1013,
} as const;

const braces = new Set([0x7b, 0x5b]);

/** One client of the live protocol: what it may send, when it is asked for a sign of life, what it is told. */
export class LiveConnection implements Replies, ControlReplies {
  readonly closed: Promise<void>;
  readonly #webSocket: WebSocket;
  readonly #limits: Limits;
  readonly #report: ReceiverContext['report'];
  readonly #queue: LiveQueue;
  readonly #control: LiveControl;
  readonly #frames = new FrameWatch();
  readonly #badMessages: RateMeter;
  #unansweredPings = 0;

  /** `hasToken`: the request for it has shown the token. */
  constructor(webSocket: WebSocket, socket: Socket, { sink, control, admission: { limits }, report }: ReceiverContext, hasToken: boolean) {
    this.#webSocket = webSocket;
    this.#limits = limits;
    this.#report = report;
    this.#queue = new LiveQueue(sink, this, limits, report);
    this.#control = new LiveControl(control, this);
    this.#badMessages = new RateMeter(limits.badMessages, limits.badMessagesWithinMs);
    const pings = new RateMeter(limits.pingsPerSecond, 1000);
    socket.on('data', (chunk) => this.#frames.feed(chunk as Buffer));
    webSocket
      .on('message', (data, isBinary) => this.#receive(data as Buffer, isBinary))
      .on('ping', () => {
        if (pings.exceeded()) this.close(closeCodes.policyViolation, 'too many pings');
      })
      .on('pong', () => { this.#unansweredPings = 0; })
      // The library closes with the code that fits; the close event follows.
      .on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      webSocket.once('close', () => {
        this.#control.end();
        resolve(this.#queue.end(this.#control.survivor));
      });
    });
    this.#send({ type: 'welcome', version: 1, service: 'spanscope' });
    if (hasToken) this.#control.trust();
  }

  /** Sends a ping; a client that answered none of the last two is gone. */
  ping(): void {
    if (this.#webSocket.isPaused) return;
    if (this.#unansweredPings >= 2) this.#webSocket.terminate();
    else {
      this.#unansweredPings++;
      this.#webSocket.ping();
    }
  }

  /** Ends a connection whose frame does not come to its end. */
  checkFrame(now: number): void {
    if (now - (this.#frames.unfinishedSince ?? now) > this.#limits.unfinishedFrameMs) this.close(closeCodes.policyViolation, 'frame not finished in time');
  }

  close(code: number, reason: string): void { this.#webSocket.close(code, reason); }

  accepted(id: string, count: number): void { this.#sendText(`{"type":"ack","id":${id},"accepted":${count}}`); }

  refused(id: string | undefined, message: string): void {
    this.#sendText(`{"type":"error",${id === undefined ? '' : `"id":${id},`}"message":${JSON.stringify(message)}}`);
    if (this.#badMessages.exceeded()) this.close(closeCodes.policyViolation, 'too many bad messages');
  }

  tell(message: BreakpointsMessage): void { this.#send(message); }

  hello(message: LiveMessage): void { this.#control.hello(message); }

  breakpointHit(message: LiveMessage): void { this.#control.breakpointHit(message); }

  denied(): void { this.close(closeCodes.policyViolation, 'token not accepted'); }

  overloaded(): void { this.close(closeCodes.tryAgainLater, 'not able to take more at the moment'); }

  failed(): void { this.close(closeCodes.internal, 'internal error'); }

  pause(): void { this.#webSocket.pause(); }

  resume(): void { this.#webSocket.resume(); }

  #receive(data: Buffer, isBinary: boolean): void {
    if (isBinary && braces.has(data[0] ?? 0)) {
      this.close(closeCodes.unsupported, 'JSON belongs into a text frame');
    } else if (isBinary) {
      // A copy: the frame may be a part of a larger buffer, and is kept.
      this.#queue.addOtlp(Uint8Array.from(data));
    } else {
      try {
        for (const message of readLiveMessages(data)) this.#queue.add(message);
      } catch (error) {
        if (error instanceof DecodeError) {
          this.refused(undefined, error.message);
        } else {
          this.#report(error);
          this.failed();
        }
      }
    }
  }

  #send(message: object): void { this.#sendText(JSON.stringify(message)); }

  #sendText(text: string): void {
    if (this.#webSocket.bufferedAmount > this.#limits.sendQueueBytes) this.close(closeCodes.policyViolation, 'answers are not read');
    else if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#webSocket.send(text);
  }
}
