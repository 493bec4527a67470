/** Words that end the name of a secret. */
const lastWords = new Set([
  'password', 'passwd', 'pwd', 'passphrase', 'secret', 'secrets', 'cookie', 'cookies', 'authorization', 'credential', 'credentials', 'apikey', 'apikeys',
  'privatekey', 'accesskey', 'secretkey', 'signingkey', 'encryptionkey', 'accesstoken', 'refreshtoken', 'idtoken', 'authtoken', 'sessiontoken', 'clientsecret',
]);
/** The same, of two or three words. */
const lastPairs = new Set([
  'api key', 'api keys', 'private key', 'access key', 'secret key', 'signing key', 'encryption key', 'account key', 'access token', 'refresh token', 'id token',
  'auth token', 'session token', 'security token', 'bearer token', 'csrf token', 'xsrf token', 'api token', 'bot token', 'client token', 'device token',
  'github token', 'gh token', 'hf token', 'vault token', 'service token', 'user token', 'csrf', 'pass phrase', 'proxy auth',
]);
/** Words that make a secret wherever they stand. */
const anyWords = new Set(['password', 'passwd', 'passphrase']);
const shortestToken = 16;
const longestKey = 256;
const mostRemembered = 10_000;

/** Whether a value is a secret by its name alone; `token`, which is also a part of a text, only when the value is long. */
export type SecretKind = 'secret' | 'longText' | undefined;

const known = new Map<string, SecretKind>();

/** What the name of an attribute, a header or a member of an object says about its value. */
export function secretKindOf(key: string): SecretKind {
  if (known.has(key)) return known.get(key);
  const kind = read(key);
  if (known.size >= mostRemembered) known.clear();
  known.set(key, kind);
  return kind;
}

/** Whether the text under such a key is to be masked. */
export const isSecretText = (kind: SecretKind, text: string): boolean => text !== '' && (kind === 'secret' || (kind === 'longText' && text.length >= shortestToken));

function read(key: string): SecretKind {
  const words = key.slice(-longestKey).replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase().split(/[^a-z0-9]+/).filter((word) => word !== '' && !/^\d+$/.test(word));
  const last = words.at(-1);
  if (last === undefined) return undefined;
  if (lastWords.has(last) || lastPairs.has(words.slice(-2).join(' ')) || words.some((word) => anyWords.has(word))) return 'secret';
  return last === 'token' ? 'longText' : undefined;
}
