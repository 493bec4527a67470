import type { Accepted, Payload, Sink } from '../../../../../src/collector/receivers/receiver.ts';

/** A sink that keeps what it is given; what it answers is decided by the test. */
export class RecordingSink implements Sink {
  readonly payloads: Payload[] = [];
  readonly ended: { readonly traceId: string; readonly spanId: string }[] = [];
  secondsToWait: number | undefined;
  answer: (payload: Payload) => Accepted | Promise<Accepted> = () => ({ accepted: 1, rejected: 0 });

  async accept(payload: Payload): Promise<Accepted> {
    const accepted = await this.answer(payload);
    this.payloads.push(payload);
    return accepted;
  }

  connectionEnded(spans: Iterable<{ readonly traceId: string; readonly spanId: string }>): void { this.ended.push(...spans); }

  retryAfterSeconds(): number | undefined { return this.secondsToWait; }

  get texts(): string[] { return this.payloads.map(({ bytes }) => new TextDecoder().decode(bytes)); }
}
