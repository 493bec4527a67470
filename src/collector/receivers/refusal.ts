import { Refusal, retryLater } from './admission.ts';
import { refusedErrorOf } from './receiver.ts';

/** What a client is told when the sink did not take its payload. Details of our own failures stay in the log. */
export function refusalOf(error: unknown): Refusal {
  const refused = refusedErrorOf(error);
  switch (refused?.reason) {
    case 'undecodable': return new Refusal(400, refused.message);
    case 'tooManyElements': return new Refusal(413, refused.message);
    case 'unavailable': return retryLater(refused.retryAfterSeconds ?? 1, refused.message);
    default: return new Refusal(500, 'internal error');
  }
}
