/** What a subscriber of a trace has not been told yet: rows from `told` on are new to it, rows in `changed` are not. */
export class RowChanges {
  told = 0;
  readonly changed = new Set<number>();

  note(row: number): void {
    if (row < this.told) this.changed.add(row);
  }

  /** Everything is to be told again. */
  reset(): void {
    this.told = 0;
    this.changed.clear();
  }
}
