import { expect, it } from 'vitest';
import { visible } from '../../src/cli/visible';

it('leaves what people write as it is', () => {
  expect(visible('layer1.权重 ÄÖ 😀 “x”')).toBe('layer1.权重 ÄÖ 😀 “x”');
});

it('shows what would act on a terminal as escapes', () => {
  expect(visible('a\u001b[31mb\r\n\t\u0000\u007f\u009b')).toBe('a\\x1b[31mb\\x0d\\x0a\\x09\\x00\\x7f\\x9b');
  expect(visible('a\u202eb\u2028\u200b\ud800\u{e0001}')).toBe('a\\u202eb\\u2028\\u200b\\ud800\\U000e0001');
});
