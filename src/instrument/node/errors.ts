import { attributeValue } from './values.ts';

export interface ErrorDescription { readonly type: string; readonly message: string; readonly stack: string | undefined }

/** What an `exception` event tells of anything that can be thrown; never throws itself. */
export function describeError(error: unknown): ErrorDescription {
  try {
    if (error instanceof Error) return { type: error.constructor.name || error.name, message: error.message, stack: error.stack };
    return { type: typeof error, message: typeof error === 'string' ? error : JSON.stringify(attributeValue(error)), stack: undefined };
  } catch {
    return { type: 'unknown', message: 'an error that cannot be read', stack: undefined };
  }
}
