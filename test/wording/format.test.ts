import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatCrc32,
  formatDuration,
  formatExact,
  formatHex,
  formatPercent,
  formatShape,
  formatSize,
  formatSizeChange,
  formatTuple,
} from '../../src/wording/format';
import { english } from '../../src/wording/translate';

describe('counts', () => {
  it.each([
    [0, '0'],
    [1, '1'],
    [485, '485'],
    [9_999, '9,999'],
    [10_000, '10 K'],
    [12_351, '12.4 K'],
    [99_949, '99.9 K'],
    [99_950, '100 K'],
    [999_499, '999 K'],
    [999_500, '1 M'],
    [25_557_032, '25.6 M'],
    [7_241_732_096, '7.24 B'],
    [1_500_000_000_000, '1.5 T'],
    [5_000_000_000_000_000, '5000 T'],
  ])('%d is %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });

  it('are exact with commas where they are to be exact', () => {
    expect([0, 999, 1_000, 12_345, 25_557_032, Number.MAX_SAFE_INTEGER].map(formatExact)).toEqual([
      '0',
      '999',
      '1,000',
      '12,345',
      '25,557,032',
      '9,007,199,254,740,991',
    ]);
  });
});

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [256, '256 B'],
    [1_023, '1,023 B'],
    [1_024, '1 KB'],
    [1_032, '1.01 KB'],
    [16_384, '16 KB'],
    [1_000 * 1_024, '0.977 MB'],
    [1_024 * 1_024 - 1, '1 MB'],
    [102_540_417, '97.8 MB'],
    [2_147_483_648, '2 GB'],
    [1_099_511_627_776, '1 TB'],
    [Number.MAX_SAFE_INTEGER, '8 PB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });

  it.each([
    [984_064, '+961 KB'],
    [-94_896_128, '−90.5 MB'],
    [0, '0 B'],
  ])('%d more bytes are %s', (bytes, text) => {
    expect(formatSizeChange(bytes)).toBe(text);
  });

  it('are exact in words', () => {
    expect([0, 1, 2, 16_384].map((bytes) => formatBytes(bytes, english))).toEqual([
      '0 bytes',
      '1 byte',
      '2 bytes',
      '16,384 bytes',
    ]);
  });
});

describe('times', () => {
  it.each([
    [0, '0 ms'],
    [0.0412, '0.0412 ms'],
    [4.118, '4.12 ms'],
    [99.94, '99.9 ms'],
    [99.96, '0.1 s'],
    [710, '0.71 s'],
    [12_345, '12.3 s'],
    [59_949, '59.9 s'],
    [59_960, '1 min'],
    [125_000, '2 min 5 s'],
    [3_599_400, '59 min 59 s'],
    [3_599_600, '1 h'],
    [3_780_000, '1 h 3 min'],
    [100 * 3_600_000, '100 h'],
  ])('%d ms are %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});

describe('the rest', () => {
  it('percent has one decimal', () => {
    expect([0, 0.989, 0.1379, 1].map(formatPercent)).toEqual(['0.0 %', '98.9 %', '13.8 %', '100.0 %']);
  });

  it('shapes and strides are Python', () => {
    expect([[], [64], [64, 3, 7, 7], [100_000, 2]].map(formatShape)).toEqual([
      '[]',
      '[64]',
      '[64, 3, 7, 7]',
      '[100000, 2]',
    ]);
    expect([[], [1], [64, 1]].map(formatTuple)).toEqual(['()', '(1,)', '(64, 1)']);
  });

  it('positions and checksums are hexadecimal', () => {
    expect(formatHex(56_064)).toBe('0xdb00');
    expect(formatCrc32(0x9f3a51c)).toBe('09f3a51c');
  });
});
