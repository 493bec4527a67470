import { Refusal, retryLater } from './admission.ts';
import { refusedErrorOf } from './receiver.ts';

/** What a client is told when its payload was not taken; what is no refusal but a fault of ours goes to the log. */
export function refusalOf(error: unknown, report: (fault: unknown) => void): Refusal {
  const refused = refusedErrorOf(error);
  if (refused === undefined) report(error);
  switch (refused?.reason) {
    case 'undecodable': return new Refusal(400, refused.message);
    case 'tooManyElements': return new Refusal(413, refused.message);
    case 'unavailable': return retryLater(refused.retryAfterSeconds ?? 1, refused.message);
    default: return new Refusal(500, 'internal error');
  }
}
