const most = 20;

interface Tally { count: number; readonly one: string | undefined; readonly many: string }

/** What is told about an input beside its spans: each text once, the first twenty of them, and then counts. */
export class Problems {
  private readonly told: string[] = [];
  private readonly tallies = new Map<string, Tally>();
  /** Different texts that are not among those told. */
  moreCount = 0;

  add(problem: string): void {
    if (this.told.includes(problem)) return;
    if (this.told.length < most) this.told.push(problem);
    else this.moreCount++;
  }

  /** Adds to a count that is told as one problem: `3 <many>`. One alone is told as `1 <one>`, or not at all. */
  tally(count: number, many: string, one?: string): void {
    if (count === 0) return;
    const known = this.tallies.get(many);
    if (known === undefined) this.tallies.set(many, { count, one, many }); else known.count += count;
  }

  /** Adds what another one holds. */
  merge(other: Problems): void {
    for (const problem of other.told) this.add(problem);
    for (const { count, many, one } of other.tallies.values()) this.tally(count, many, one);
    this.moreCount += other.moreCount;
  }

  get texts(): readonly string[] {
    const counted = [...this.tallies.values()].flatMap(({ count, one, many }) => {
      const words = count === 1 ? one : many;
      return words === undefined ? [] : [`${count} ${words}`];
    });
    return [...this.told, ...counted];
  }
}
