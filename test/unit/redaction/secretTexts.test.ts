import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSecretText, secretKindOf } from '../../../src/redaction/secretKeys.ts';
import { maskSecrets } from '../../../src/redaction/secretTexts.ts';

/** Written in parts, so that no tool that looks for leaked secrets takes them for some. */
const sk = ['sk', 'proj-Ab3dEf6hIj9kLmN0pQrS'].join('-');
const jwt = ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0NTY3ODkwIn0', 'dozjgNryP4J3jVmNHl0w5N'].join('.');
const secrets: readonly (readonly [what: string, text: string, secret: string, left: string])[] = [
  ['an API key', `key is ${sk}.`, sk, 'key is [masked].'],
  ['a GitHub token', `clone with ghp_${'a1'.repeat(18)} now`, `ghp_${'a1'.repeat(18)}`, 'clone with [masked] now'],
  ['an access key of AWS', `AKIA${'IOSFODNN7EXAMPLE'} in logs`, 'AKIAIOSFODNN7EXAMPLE', '[masked] in logs'],
  ['a Slack token', ['xoxb', '1234567890', 'abcdefghij'].join('-'), '1234567890', '[masked]'],
  ['a bearer token', 'curl -H "X: Bearer abcdefgh12345678"', 'abcdefgh12345678', 'curl -H "X: Bearer [masked]"'],
  ['a header line', 'GET /\r\nAuthorization: Basic dXNlcjpwYXNz\r\nHost: a', 'dXNlcjpwYXNz', 'GET /\r\nAuthorization: [masked]\r\nHost: a'],
  ['cookies', '{"set-cookie": "sid=31; Path=/"}', 'sid=31', '{"set-cookie": "[masked]"}'],
  ['a JSON web token', `token=${jwt}`, jwt, 'token=[masked]'],
  ['a private key', `-----BEGIN RSA ${'PRIVATE KEY'}-----\nMIIEow\n-----END RSA ${'PRIVATE KEY'}-----\n`, 'MIIEow', `-----BEGIN RSA ${'PRIVATE KEY'}-----[masked]-----END RSA ${'PRIVATE KEY'}-----\n`],
  ['a private key that was cut', `x -----BEGIN ${'PRIVATE KEY'}-----\nMIIEow`, 'MIIEow', `x -----BEGIN ${'PRIVATE KEY'}-----[masked]`],
  ['a password in an address', 'postgres://app:hunter2@db:5432/x', 'hunter2', 'postgres://app:[masked]@db:5432/x'],
  ['a password with an at sign in an address', 'amqp://app:p@ss@mq/', 'p@ss', 'amqp://app:[masked]@mq/'],
  ['a connection string', 'Server=db;Password=hunter2;Timeout=3', 'hunter2', 'Server=db;Password=[masked];Timeout=3'],
  ['a member of JSON text', '{"user":"a","api_key":"hunter2 and more","n":1}', 'hunter2', '{"user":"a","api_key":"[masked]","n":1}'],
  ['a member with a quote in its value', String.raw`{"password":"hun\"ter2"}`, 'ter2', '{"password":"[masked]"}'],
  ['a member of JSON text in JSON text', String.raw`{"arguments":"{\"client_secret\":\"hunter2\"}"}`, 'hunter2', String.raw`{"arguments":"{\"client_secret\":\"[masked]\"}"}`],
  ['a member of Python text', "{'access_token': 'hunter2'}", 'hunter2', "{'access_token': '[masked]'}"],
  ['a signed address', 'https://b/x?sv=1&sig=abcdefghij%2B12&se=2', 'abcdefghij', 'https://b/x?sv=1&sig=[masked]&se=2'],
  ['a variable of a shell', 'export OPENAI_API_KEY=hunter2222', 'hunter2222', 'export OPENAI_API_KEY=[masked]'],
];

describe('secrets in a text', () => {
  it.each(secrets)('are masked: %s', (_what, text, secret, left) => {
    const result = maskSecrets(text);
    expect(result).toEqual({ text: left, count: 1 });
    expect(result.text).not.toContain(secret);
  });

  it.each([
    'The basics of authentication are explained in chapter 3.', 'task-force-of-many-people-and-more', 'npm_lifecycle_event', 'https://example.org:8080/a@b', 'max_tokens: 512, top_p: 1',
    '{"token":" the","logprob":-0.1}', 'risk-adjusted-returns-2024-and-more', 'git@github.com:owner/name.git', 'eyJ is how a token begins.', 'Key: a, keyboard', '',
  ])('are not seen in %j', (text) => {
    expect(maskSecrets(text)).toEqual({ text, count: 0 });
  });

  it('stay masked when they are masked again', () => {
    for (const [, text] of secrets) {
      const { text: once } = maskSecrets(text);
      expect(maskSecrets(once)).toEqual({ text: once, count: 0 });
    }
  });

  it('are found wherever they stand', () => {
    const around = fc.string({ unit: fc.constantFrom(' ', '\n', '"', '(', ',', ';', 'ü', '😀', '\u2028') });
    fc.assert(fc.property(around, fc.constantFrom(...secrets.slice(0, 4)), around, (before, [, text, secret], after) => {
      expect(maskSecrets(`${before} ${text} ${after}`).text).not.toContain(secret);
    }));
  });

  it('leave texts alone in which there are none', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      const { text: result, count } = maskSecrets(text);
      if (count === 0) expect(result).toBe(text);
    }));
  });

  it.each([
    'eyJ', 'eyJa.', 'sk-', 'sk-a', '://', '://a:', ':', 'password=', 'password="', 'password=\\"', 'authorization:', 'Bearer ', 'Bearer a', '-----BEGIN ', '-----BEGIN PRIVATE KEY-----',
    'SG.', `SG.${'a'.repeat(40)}.`, 'hooks.slack.com/services/', '?sig=', 'a', '\\', 'cookie', 'password   ', 'ghp_', '"', '[masked]', 'AKIA', '=', '?token=',
  ])('take time that grows with the text and not faster: %j', (piece) => {
    const text = piece.repeat(Math.ceil(100_000 / piece.length));
    // The same work ten times over: a quadratic pattern would take minutes.
    for (let i = 0; i < 10; i++) maskSecrets(text);
  });
});

describe('the name of a value', () => {
  it.each([
    'password', 'db.user.password', 'http.request.header.authorization', 'Set-Cookie', 'OPENAI_API_KEY', 'x-api-key', 'awsSecretAccessKey', 'clientSecret', 'passwordHash', 'http.request.header.cookie.0', 'refreshToken', '__password__',
  ])('says that it is a secret: %s', (key) => {
    expect(isSecretText(secretKindOf(key), 'x')).toBe(true);
  });

  it.each(['gen_ai.usage.input_tokens', 'llm.token_count.prompt', 'gen_ai.request.max_tokens', 'key', 'session.id', 'cookiecutter', 'author', 'memory.key', 'token', ''])('does not say so: %s', (key) => {
    expect(isSecretText(secretKindOf(key), 'x')).toBe(false);
  });

  it('says so of tokens only when they are long, because words are tokens too', () => {
    expect(isSecretText(secretKindOf('bot.token'), 'x'.repeat(15))).toBe(true);
    expect(isSecretText(secretKindOf('token'), ' the')).toBe(false);
    expect(isSecretText(secretKindOf('token'), 'x'.repeat(16))).toBe(true);
  });
});
