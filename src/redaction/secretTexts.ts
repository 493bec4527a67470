/** What stands in the place of a secret. */
export const masked = '[masked]';

interface Pattern {
  readonly pattern: RegExp;
  /** What of the match stays: the parts before and after the secret. */
  readonly kept?: (match: RegExpExecArray) => readonly [before: string, after: string];
}

/*
 * Each pattern reads a text in linear time: after a literal beginning comes one run of characters without anything that
 * must follow it, or a run that the beginning of another match cannot stand in, or a run of bounded length.
 */
const tokens = new RegExp(`(?<![A-Za-z0-9])(?:${[
  String.raw`sk-(?=[A-Za-z_-]{0,80}\d)[A-Za-z0-9_-]{16,}`,
  String.raw`[srp]k_(?:live|test)_[A-Za-z0-9]{12,}`,
  String.raw`whsec_[A-Za-z0-9]{16,}`,
  String.raw`gh[pousr]_[A-Za-z0-9]{20,}`,
  String.raw`github_pat_[A-Za-z0-9_]{20,}`,
  String.raw`glpat-[A-Za-z0-9_-]{16,}`,
  String.raw`(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])`,
  String.raw`xox[a-z]-[A-Za-z0-9-]{10,}`,
  String.raw`xapp-[A-Za-z0-9-]{10,}`,
  String.raw`AIza[A-Za-z0-9_-]{30,}`,
  String.raw`ya29\.[A-Za-z0-9_-]{20,}`,
  String.raw`hf_[A-Za-z0-9]{20,}`,
  String.raw`gsk_[A-Za-z0-9]{20,}`,
  String.raw`r8_[A-Za-z0-9]{20,}`,
  String.raw`npm_[A-Za-z0-9]{20,}`,
  String.raw`pypi-[A-Za-z0-9_-]{30,}`,
  String.raw`SG\.[A-Za-z0-9_-]{16,80}\.[A-Za-z0-9_-]{16,}`,
  String.raw`dop_v1_[a-f0-9]{32,}`,
  String.raw`shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32,}`,
  String.raw`ls(?:v2)?_(?:pt|sk)_[A-Za-z0-9_]{20,}`,
  String.raw`pk-lf-[a-f0-9-]{20,}`,
].join('|')})`, 'g');

const names = '(?:pass(?:word|wd|phrase)|pwd|secret|(?:api|access|private|account|secret|signing|shared[_-]?access)[_-]?key|(?:access|refresh|id|auth|session|bearer|api)[_-]?token|client[_-]?secret)';

const patterns: readonly Pattern[] = [
  { pattern: tokens },
  // JSON web tokens. A start inside of a run is none, so each run is read once.
  { pattern: /(?<![A-Za-z0-9_.-])eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){0,3}/g },
  { pattern: /hooks\.slack\.com\/(?:services|workflows|triggers)\/([A-Za-z0-9/_-]{8,})/g, kept: ([whole, secret = '']) => [whole.slice(0, -secret.length), ''] },
  // user:password@ in addresses; neither can hold the slashes with which another one begins.
  { pattern: /:\/\/([^\s/:@"'<>]{0,256}):([^\s/"'<>]{1,512})@/g, kept: ([, user = '']) => [`://${user}:`, '@'] },
  // Whole header lines.
  {
    pattern: /(?<![A-Za-z0-9])((?:proxy-)?authorization|(?:set-)?cookie)(\\{0,3}["']?\s{0,8}[:=]\s{0,8}(?:[[(](?!masked))?\s{0,8}\\{0,3}["']?)([^\r\n"'\\]{1,8192})/gi,
    kept: ([, name = '', between = '']) => [name + between, ''],
  },
  { pattern: /(?<![A-Za-z0-9])(Bearer|Basic|Negotiate|ApiKey)(\s{1,4})(?=[A-Za-z._~+/=-]{0,200}\d)[A-Za-z0-9._~+/=-]{12,}/gi, kept: ([, scheme = '', blank = '']) => [scheme + blank, ''] },
  // name = value, "name": "value", and the same inside of JSON text in JSON text.
  {
    pattern: new RegExp(String.raw`(${names}(\\{0,3})["']?\s{0,8}[:=]\s{0,8})(?:(\\{1,3}["'])[^"'\\]{1,8192}|(["])(?:[^"\\]|\\.){1,8192}|(['])(?:[^'\\]|\\.){1,8192}|[^\s"',;&(){}[\]<>\\]{3,8192})`, 'gi'),
    kept: ([, name = '', , escaped = '', double = '', single = '']) => [name + escaped + double + single, ''],
  },
  { pattern: /([?&](?:sig|signature|token|key|code|x-amz-signature|x-amz-credential|x-goog-signature)=)[^\s&#"'<>\\]{12,}/gi, kept: ([, name = '']) => [name, ''] },
];

const keyBegin = '-----BEGIN ', keyEnd = '-----END ';
/** Everything that any of the patterns needs; most texts have nothing of it. */
const telling = /sk-|k_(?:live|test)_|whsec_|gh[pousr]_|github_pat_|glpat-|A(?:KIA|SIA|BIA|CCA)|xox[a-z]-|xapp-|AIza|ya29\.|hf_|gsk_|r8_|npm_|pypi-|SG\.|dop_v1_|shp(?:at|ca|pa|ss)_|_(?:pt|sk)_|pk-lf-|eyJ|hooks\.slack|:\/\/|-----BEGIN|authorization|cookie|bearer|basic|negotiate|pass|pwd|secret|key|token|[?&](?:sig|code|x-)/i;

/** A text with every secret in it masked, and how many there were. */
export function maskSecrets(text: string): { readonly text: string; readonly count: number } {
  if (text.length < 6 || !telling.test(text)) return { text, count: 0 };
  let result = text, count = 0;
  const note = (): void => { count++; };
  result = maskKeys(result, note);
  for (const { pattern, kept } of patterns) result = replaceEach(result, pattern, kept, note);
  return { text: result, count };
}

function replaceEach(text: string, pattern: RegExp, kept: Pattern['kept'], note: () => void): string {
  let result = '', from = 0;
  for (const match of text.matchAll(pattern)) {
    const [before, after] = kept?.(match) ?? ['', ''];
    const secret = match[0].slice(before.length, match[0].length - after.length);
    if (/^(?:[A-Za-z]{1,12} {1,4})?$/.test(secret.replaceAll(masked, ''))) continue;
    note();
    result += text.slice(from, match.index) + before + masked + after;
    from = match.index + match[0].length;
  }
  return from === 0 ? text : result + text.slice(from);
}

/** Private keys between their lines, or to the end of a text that was cut. */
function maskKeys(text: string, note: () => void): string {
  let result = '', from = 0;
  for (let at = text.indexOf(keyBegin); at >= 0; at = text.indexOf(keyBegin, at + 1)) {
    const label = text.slice(at + keyBegin.length, at + keyBegin.length + 60);
    const labelEnd = label.indexOf('-----');
    if (labelEnd < 0 || !label.slice(0, labelEnd).includes('PRIVATE KEY')) continue;
    const bodyStart = at + keyBegin.length + labelEnd + 5;
    const end = text.indexOf(keyEnd, bodyStart);
    if (text.slice(bodyStart, end < 0 ? text.length : end) === masked) continue;
    note();
    result += text.slice(from, bodyStart) + masked;
    from = end < 0 ? text.length : end;
    if (end < 0) break;
    at = end;
  }
  return from === 0 ? text : result + text.slice(from);
}
