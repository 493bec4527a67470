import { describe, expect, test } from 'vitest';
import { Numbers, clock } from '../../../src/analysis/numbers.ts';

const numbers = new Numbers('en');
/** Numbers hold on to their unit by a no-break space, which reads like a space. */
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('numbers in views', () => {
  test.each([
    [0, '0 ns'], [840, '840 ns'], [12_400, '12.4 µs'], [5_600_000, '5.60 ms'], [412_000_000, '412 ms'], [4.7e9, '4.70 s'],
    [17.1e9, '17.1 s'], [125e9, '2 m 05 s'], [3_840e9, '1 h 04 m'],
    [999.4, '999 ns'], [999.6, '1.00 µs'], [9_996, '10.0 µs'], [99_960, '100 µs'], [999_600, '1.00 ms'], [999_600_000, '1.00 s'], [59.94e9, '59.9 s'],
    [59.96e9, '1 m 00 s'], [119.6e9, '2 m 00 s'], [3_599.6e9, '1 h 00 m'], [90_000e9, '25 h 00 m'], [172_769e9, '47 h 59 m'], [172_771e9, '2 d 00 h'], [18_315_960e9, '212 d 00 h'],
  ])('a duration of %d ns has three significant digits', (ns, text) => {
    expect(plain(numbers.duration(ns))).toBe(text);
  });

  test('a number with its word is one span, and else so many spans', () => {
    expect([0, 1, 2, 1280].map((count) => numbers.counted(count, 'span'))).toEqual(['0 spans', '1 span', '2 spans', '1,280 spans']);
  });

  test('a running duration says so', () => {
    expect(plain(numbers.running(7.2e9))).toBe('7.20 s …');
    expect(plain(numbers.soFar(7.2e9))).toBe('7.20 s so far');
  });

  test('positions are offsets to the millisecond, exact values to the nanosecond', () => {
    expect(plain(numbers.position(17.7e9))).toBe('+17.700 s');
    expect(plain(numbers.position(-5e6))).toBe('−0.005 s');
    expect(plain(numbers.position(0))).toBe('+0.000 s');
    expect(plain(numbers.position(1e6))).toBe('+0.001 s');
    expect([490, 12_400, -999_000].map((ns) => plain(numbers.position(ns)))).toEqual(['+490 ns', '+12.4 µs', '−999 µs']);
    expect(plain(numbers.positionRange(17.7e9, 22.4e9))).toBe('+17.700 s – +22.400 s');
    expect(plain(numbers.exact(1_700_000_000_000_000_001n))).toBe('1,700,000,000,000,000,001 ns');
  });

  test.each([[412, '412'], [999, '999'], [1_234, '1.2k'], [13_480, '13.5k'], [99_949, '99.9k'], [99_950, '100k'], [118_000, '118k'], [999_500, '1.00M'], [1_250_000, '1.25M']])(
    '%d tokens', (count, text) => expect(numbers.tokens(count)).toBe(text));

  test('tokens flow from input to output, an unknown side is a dash', () => {
    expect(numbers.tokenFlow(13_480, 1_120)).toBe('13.5k → 1.1k');
    expect(numbers.tokenFlow(NaN, 12)).toBe('— → 12');
  });

  test.each([[0.0031, '$0.0031'], [0.103, '$0.103'], [4.2, '$4.20'], [0.9996, '$1.00'], [0.00996, '$0.010'], [0.00001, '< $0.0001'], [0, '$0.00']])(
    'a cost of %d', (usd, text) => expect(plain(numbers.cost(usd))).toBe(text));

  test('a cost with unpriced parts is a lower bound', () => {
    expect(plain(numbers.cost(0.018, true))).toBe('≥ $0.018');
  });

  test('shares have one decimal, changes a sign and none', () => {
    expect(numbers.share(0.459)).toBe('45.9%');
    expect(numbers.change(-0.29)).toBe('−29%');
    expect(numbers.change(0.124)).toBe('+12%');
    expect(numbers.change(-0.001)).toBe('0%');
  });

  test('counts and sizes', () => {
    expect(numbers.count(1_280)).toBe('1,280');
    expect(numbers.shortCount(9_999)).toBe('9,999');
    expect(numbers.shortCount(45_412)).toBe('45.4k');
    expect(plain(numbers.size(3_100))).toBe('3.1 kB');
    expect(plain(numbers.size(812))).toBe('812 B');
    expect(plain(numbers.size(128e6))).toBe('128 MB');
  });

  test('separators follow the display language, and a broken tag does not matter', () => {
    expect(plain(new Numbers('de').duration(4.7e9))).toBe('4,70 s');
    expect(new Numbers('not a tag').count(5)).toBe('5');
  });

  test.each([[0, 5e9, '0 s'], [0, 60e9, '0 s'], [5e9, 5e9, '5 s'], [0, 200e6, '0 s'], [500e6, 500e6, '0.5 s'], [850e6, 50e6, '850 ms'], [1.05e9, 50e6, '1,050 ms'], [1.5e9, 500e6, '1.5 s'], [17_700_005_000, 5_000, '17.700005 s'], [20_000, 10_000, '20 µs'], [150, 50, '150 ns'],
    [120e9, 60e9, '2 m 00 s'], [90e9, 30e9, '1 m 30 s'], [30e9, 30e9, '30 s']])('the mark at %d ns with steps of %d ns', (ns, step, text) => {
    expect(plain(numbers.tick(ns, step))).toBe(text);
  });

  test('the date is named only when it is not today', () => {
    const at = new Date(2024, 10, 19, 14, 2, 11).getTime();
    expect(clock(at, at + 1_000, 'en-GB')).toBe('14:02:11');
    expect(clock(at, at + 48 * 3_600_000, 'en-GB')).toBe('19 Nov, 14:02');
  });

  test('and when the year is another one it stands in the place of the time', () => {
    const at = new Date(2024, 10, 19, 14, 2, 11).getTime();
    expect(clock(at, new Date(2025, 0, 1).getTime(), 'en-GB')).toBe('19 Nov 2024');
  });
});
