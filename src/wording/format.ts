/**
 * Numbers as people read them. Units and digits are the same in every language, so nothing here is translated, except
 * where a word stands beside the number.
 */
import type { Translate } from './translate';

/** What stands where there is nothing to say. */
export const absent = '—';

/** Three significant digits, no trailing zeros, never an exponent: `97.8`, `0.71`, `16`. */
function threeDigits(value: number): string {
  if (value === 0) {
    return '0';
  }
  const decimals = Math.min(Math.max(2 - Math.floor(Math.log10(Math.abs(value))), 0), 20);
  return String(Number(value.toFixed(decimals)));
}

/** With commas, whatever the locale: `25,557,032`. */
export function formatExact(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** Exact to 9,999, then three digits: `12.4 K`, `25.6 M`, `7.24 B`. */
export function formatCount(count: number): string {
  return count < 10_000 ? formatExact(count) : scaled(count, 1_000, ['', ' K', ' M', ' B', ' T']);
}

/** `count` is in bytes; 1 KB is 1,024 bytes, as in VS Code: `256 B`, `16 KB`, `97.8 MB`. */
export function formatSize(bytes: number): string {
  return bytes < 1_024 ? `${formatExact(bytes)} B` : scaled(bytes, 1_024, [' B', ' KB', ' MB', ' GB', ' TB', ' PB']);
}

/** By how much a size changes: `+961 KB`, `−90.5 MB`. */
export function formatSizeChange(bytes: number): string {
  return bytes === 0 ? formatSize(0) : `${bytes > 0 ? '+' : '−'}${formatSize(Math.abs(bytes))}`;
}

/** The next unit is taken as soon as three digits would not do: 1,000 KB is `0.977 MB`. */
function scaled(value: number, base: number, units: readonly [string, ...string[]]): string {
  let rest = value;
  let unit = units[0];
  for (const next of units.slice(1)) {
    if (rest < 999.5) {
      break;
    }
    rest /= base;
    unit = next;
  }
  return `${threeDigits(rest)}${unit}`;
}

/** The exact number of bytes, in words: `16,384 bytes`. */
export function formatBytes(bytes: number, t: Translate): string {
  return bytes === 1 ? t('1 byte') : t('{0} bytes', formatExact(bytes));
}

/** `share` runs from 0 to 1: `98.9 %`. */
export function formatPercent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** `4.12 ms`, `0.71 s`, `2 min 5 s`, `1 h 3 min`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 99.95) {
    return `${threeDigits(milliseconds)} ms`;
  }
  const seconds = Math.round(milliseconds / 1_000);
  if (milliseconds < 59_950) {
    return `${threeDigits(milliseconds / 1_000)} s`;
  }
  if (seconds < 3_600) {
    return joined(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  }
  const minutes = Math.round(seconds / 60);
  return joined(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** As Python writes a list: `[64, 3, 7, 7]`, `[]` for a scalar. This is also what is copied. */
export function formatShape(shape: readonly (number | string)[]): string {
  return `[${shape.join(', ')}]`;
}

/** As Python writes a tuple, for strides: `(64, 1, 1, 1)`, `(1,)`, `()`. */
export function formatTuple(numbers: readonly number[]): string {
  return numbers.length === 1 ? `(${numbers.join('')},)` : `(${numbers.join(', ')})`;
}

/** A position in the file beside its decimal form: `0xdb00`. */
export function formatHex(position: number): string {
  return `0x${position.toString(16)}`;
}

/** A CRC-32 as tools print it: eight hexadecimal digits. */
export function formatCrc32(crc32: number): string {
  return crc32.toString(16).padStart(8, '0');
}
