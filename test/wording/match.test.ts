import { describe, expect, it } from 'vitest';
import { MatchError, type KeyAction, type MatchReason, type ProposalReason } from '../../src/core/match/match';
import { errorText } from '../../src/wording/errors';
import { actionText, confidenceText, proposalReasonText, proposalText } from '../../src/wording/match';
import { english } from '../../src/wording/translate';

// Records, so that what is added to a union must be added here.
const reasons: Readonly<Record<MatchReason, readonly (readonly string[])[]>> = {
  'no-state-dict': [[], ['ema', 'a.b']],
  'several-state-dicts': [['model', 'net'], Array.from({ length: 300 }, (_, index) => `model${String(index)}`)],
  'not-a-state-dict': [[''], ['names']],
  'not-json': [[]],
  'not-a-key-list': [[], ['fc.weight']],
  'too-many-keys': [[]],
  'not-an-error-text': [[]],
  'two-to-one': [['a', 'b', 'c']],
  'no-such-key': [['a']],
};

const actions: Readonly<Record<KeyAction, true>> = {
  load: true,
  keepOut: true,
  overlap: true,
  interpolate: true,
  reshape: true,
  afresh: true,
  fromTarget: true,
  leaveMissing: true,
};

const proposals: Readonly<Record<ProposalReason['code'], readonly [ProposalReason, string]>> = {
  wrapper: [
    { code: 'wrapper', wrapper: 'ddp', keys: 318 },
    '318 keys: left by DataParallel or DistributedDataParallel',
  ],
  'same-endings': [{ code: 'same-endings', keys: 1 }, '1 key: same endings, same shapes'],
  'known-names': [{ code: 'known-names', keys: 4 }, '4 keys: two names of one thing'],
  'library-names': [
    { code: 'library-names', family: 'vit', keys: 152 },
    '152 keys: the names that two libraries give vit',
  ],
  'same-order': [{ code: 'same-order', keys: 12_345 }, '12,345 keys: same layers, same shapes, same order'],
  'only-shape': [{ code: 'only-shape', keys: 2 }, '2 keys: the only layers of this shape that are left'],
  'same-shapes': [{ code: 'same-shapes', keys: 6 }, '6 keys: as many of these shapes here as there, taken in order'],
  'last-layer': [
    { code: 'last-layer', inputs: 2_048, outputs: 102, targetOutputs: 120 },
    'last Linear of both, 2,048 inputs; 102 outputs here, 120 there',
  ],
};

describe('why nothing can be matched', () => {
  it.each(Object.entries(reasons))('%s: a heading, what is, and what to do', (name, all) => {
    const reason = Object.keys(reasons).find((one): one is MatchReason => one === name) ?? 'not-json';
    for (const args of all) {
      const { title, sentence, remedy } = errorText(new MatchError(reason, args), english);
      expect(title).toBe('Nothing to match');
      expect(sentence).toMatch(/^[\p{Lu}“].{10,250}\.$/u);
      expect(remedy).toMatch(/^[A-Z].*\.$/);
      expect(`${sentence} ${remedy}`).not.toMatch(/please|oops|success|!|undefined|“”|\{\d\}/i);
    }
  });
});

describe('proposals', () => {
  it.each(Object.values(proposals))('%j: %s', (reason, text) => {
    expect(proposalReasonText(reason, english)).toBe(text);
  });

  it('say what they would do', () => {
    const rest = { id: '', renames: [], confidence: 'likely', reason: { code: 'same-order', keys: 2 } } as const;
    expect(proposalText({ ...rest, kind: 'strip', from: 'module.', to: '' }, english)).toBe('Strip prefix module.');
    expect(proposalText({ ...rest, kind: 'add', from: '', to: 'backbone.' }, english)).toBe('Add prefix backbone.');
    expect(proposalText({ ...rest, kind: 'swap', from: '', to: 'head.' }, english)).toBe('(top level) → head.');
    expect(proposalText({ ...rest, kind: 'modules', from: 'a.#.b', to: 'c.#' }, english)).toBe('a.#.b → c.#');
    expect(proposalText({ ...rest, kind: 'modules', from: '#', to: '#' }, english)).toBe('All others');
  });
});

it('every action and every confidence has a name of its own', () => {
  const names = [
    ...Object.keys(actions).map((name) => actionText(name as KeyAction, english)),
    ...(['certain', 'likely', 'possible'] as const).map((confidence) => confidenceText(confidence, english)),
  ];
  expect(new Set(names).size).toBe(11);
});
