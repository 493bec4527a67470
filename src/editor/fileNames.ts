const maxBytes = 120;
/** Names that Windows keeps for devices, with any ending. */
const deviceName = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/**
 * A file name for something that has an untrusted name: letters, digits and `-_.` only, never empty, at most 120 bytes,
 * valid on every platform. `extension` begins with a dot.
 */
export function safeFileName(name: string, extension: string): string {
  const words = name.normalize('NFKD').replaceAll(/[^A-Za-z0-9_-]+/g, '-').replaceAll(/-{2,}/g, '-');
  const stem = words.slice(0, maxBytes - extension.length).replaceAll(/^-+|-+$/g, '');
  if (stem === '') return `trace${extension}`;
  return deviceName.test(`${stem}.`) ? `trace-${stem}${extension}` : `${stem}${extension}`;
}
