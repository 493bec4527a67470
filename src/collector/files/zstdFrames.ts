/**
 * Finds where a zstd frame ends (RFC 8878, section 3.1.1), because Node unpacks one frame and leaves those behind it, which
 * parallel compressors and appending programs write.
 */
export class ZstdFrameScanner {
  /** What the next bytes are, and how many of them are missing. */
  private state: 'start' | 'header' | 'block' | 'content' | 'checksum' | 'skippable' | 'skipped' = 'start';
  private missing = 5;
  private readonly field: number[] = [];
  private hasChecksum = false;
  private isLastBlock = false;
  /** Holds no content and is not to be unpacked. */
  isSkippable = false;

  /** Behind the frame's last byte, or -1 when it goes on behind these bytes. Bytes that are no frame go on for ever. */
  scan(bytes: Uint8Array): number {
    for (let at = 0; ;) {
      if (this.missing === 0) {
        if (!this.next()) return at;
        continue;
      }
      if (at === bytes.length) return -1;
      if (this.state === 'content' || this.state === 'skipped' || this.state === 'checksum' || this.state === 'header') {
        const passed = Math.min(this.missing, bytes.length - at);
        at += passed;
        this.missing -= passed;
      } else {
        this.field.push(bytes[at++] as number);
        this.missing--;
      }
    }
  }

  /** Goes on to what comes next; false when that is another frame. */
  private next(): boolean {
    const { state } = this;
    const field = this.field.splice(0);
    switch (state) {
      case 'start': return this.begin(field);
      case 'skippable':
        this.expect('skipped', littleEndian(field));
        return true;
      case 'header':
        this.expect('block', 3);
        return true;
      case 'block': {
        const header = littleEndian(field), isRepeated = ((header >>> 1) & 3) === 1;
        this.isLastBlock = (header & 1) === 1;
        this.expect('content', isRepeated ? 1 : header >>> 3);
        return true;
      }
      case 'content':
        if (!this.isLastBlock) this.expect('block', 3);
        else if (this.hasChecksum) this.expect('checksum', 4);
        else return false;
        return true;
      default: return false;
    }
  }

  private begin(field: readonly number[]): boolean {
    const magic = littleEndian(field.slice(0, 4)), descriptor = field[4] as number;
    this.isSkippable = magic >>> 4 === 0x184d2a5;
    if (this.isSkippable) {
      this.field.push(descriptor);
      this.expect('skippable', 3);
      return true;
    }
    if (magic !== 0xfd2fb528) {
      this.expect('skipped', Infinity);
      return true;
    }
    const isSingle = (descriptor & 0x20) !== 0;
    this.hasChecksum = (descriptor & 4) !== 0;
    const contentSize = [isSingle ? 1 : 0, 2, 4, 8][descriptor >>> 6] as number, dictionary = [0, 1, 2, 4][descriptor & 3] as number;
    this.expect('header', contentSize + dictionary + (isSingle ? 0 : 1));
    return true;
  }

  private expect(state: ZstdFrameScanner['state'], missing: number): void {
    this.state = state;
    this.missing = missing;
  }
}

const littleEndian = (bytes: readonly number[]): number => bytes.reduceRight((value, byte) => value * 256 + byte, 0);
