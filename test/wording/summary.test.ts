import { expect, it } from 'vitest';
import { summaryFacts, entryCount, parameterCount, tensorCount } from '../../src/wording/summary';
import { english, type Translate } from '../../src/wording/translate';

it('says kind, container, tensors, parameters and size', () => {
  const facts = summaryFacts(
    { kind: 'training-checkpoint', container: 'zip', tensors: 485, parameters: 23_712_932, fileBytes: 190_012_345 },
    english,
  );
  expect(facts.join(' · ')).toBe('Training checkpoint · ZIP · 485 tensors · 23.7 M parameters · 181 MB');
});

it('counts one as one', () => {
  expect([tensorCount(1, english), parameterCount(1, english), entryCount(1, english)]).toEqual([
    '1 tensor',
    '1 parameter',
    '1 entry',
  ]);
  expect([tensorCount(0, english), parameterCount(100_000, english), entryCount(14, english)]).toEqual([
    '0 tensors',
    '100 K parameters',
    '14 entries',
  ]);
});

it('asks for the translation of every word', () => {
  const asked: string[] = [];
  const t: Translate = (message) => {
    asked.push(message);
    return message;
  };
  summaryFacts({ kind: 'state-dict', container: 'legacy', tensors: 2, parameters: 2, fileBytes: 2 }, t);
  expect(asked).toEqual(['State dict', 'Legacy, before torch 1.6', '{0} tensors', '{0} parameters']);
});
