import { describe, expect, it } from 'vitest';
import { ForeignFileError } from '../../src/core/container/foreign';
import { CheckpointError, type ErrorCode } from '../../src/core/errors';
import { errorDetails, errorText } from '../../src/wording/errors';
import { english } from '../../src/wording/translate';

// A record, so that a code that is added to the union must be added here.
const codes: Readonly<Record<ErrorCode, true>> = {
  'malformed-zip': true,
  'malformed-pickle': true,
  'malformed-legacy': true,
  'malformed-tar': true,
  'malformed-safetensors': true,
  'malformed-numpy': true,
  truncated: true,
  'limit-exceeded': true,
  'missing-record': true,
  'not-a-checkpoint': true,
  unsupported: true,
  'file-missing': true,
  'no-permission': true,
  'is-a-folder': true,
  'file-changed': true,
  io: true,
  cancelled: true,
  'edit-no-match': true,
  'edit-collision': true,
  'edit-empty': true,
  'edit-invalid': true,
  'edit-unsupported': true,
  'edit-read-only': true,
  'python-unavailable': true,
  'python-factory': true,
  'python-stopped': true,
  'match-invalid': true,
  'save-no-space': true,
  'save-no-permission': true,
  'save-is-a-folder': true,
  'save-no-folder': true,
  'save-hard-links': true,
  'save-owner': true,
  'save-changed': true,
  'save-source-changed': true,
  'save-unsupported': true,
  'save-failed': true,
};

const textOf = (code: string, fields = {}) => {
  const known = Object.keys(codes).find((one): one is ErrorCode => one === code);
  return errorText(new CheckpointError(known ?? 'io', fields), english);
};

describe('errors in words', () => {
  it.each(Object.keys(codes))('%s: a heading, what is, and what to do', (code) => {
    const { title, sentence, remedy } = textOf(code);
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    for (const text of [sentence, remedy]) {
      expect(text).toMatch(/^[A-Z].*[^.]\.$/);
      expect(text).not.toMatch(/please|oops|success|!|\bsafe\b|\berror|\{\d/i);
    }
  });

  it('have a sentence of their own each', () => {
    const sentences = Object.keys(codes).map((code) => textOf(code).sentence);
    expect(new Set(sentences).size).toBe(sentences.length);
  });

  it('name the place and the record where they are known', () => {
    expect(textOf('malformed-pickle', { offset: 1_234 }).sentence).toContain('beyond byte 1,234');
    expect(textOf('missing-record', { entry: 'data.pkl' }).sentence).toContain('“data.pkl”');
  });

  it('say what a foreign file is', () => {
    const { title } = errorText(new ForeignFileError({ kind: 'empty' }), english);
    expect(title).toBe('The file is empty');
  });

  it('have their technical facts on lines of their own', () => {
    const error = new CheckpointError('malformed-zip', { offset: 56_064, entry: 'data/0', detail: 'bad signature' });
    expect(errorDetails(error, english)).toBe(
      'Code: malformed-zip\nOffset: 56,064 (0xdb00)\nEntry: data/0\nNote: bad signature',
    );
    expect(errorDetails(new CheckpointError('io'), english)).toBe('Code: io');
  });
});
