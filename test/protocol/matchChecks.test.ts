import { describe, expect, it } from 'vitest';
import { hostContract, webviewContract } from '../../src/protocol/checks';
import { mostMatchRows, type MatchView } from '../../src/protocol/match';

const form = { kind: 'file', text: 'a.pt', classes: '', branch: '', targetBranch: '' } as const;

describe('what the webview asks of a match', () => {
  const isIntent = hostContract.match.parameters;

  it('is known by its kind and its fields', () => {
    for (const intent of [
      { kind: 'open' },
      { kind: 'target', form },
      { kind: 'decide', id: null, decision: 'accept' },
      { kind: 'action', revision: 1, group: 'missing', index: null, action: 'afresh' },
      { kind: 'browse', target: 'python' },
    ]) {
      expect(isIntent([intent])).toBe(true);
    }
    for (const intent of [
      null,
      { kind: 'run' },
      { kind: 'target', form: { ...form, kind: 'url' } },
      { kind: 'decide', id: 'x', decision: 'apply' },
      { kind: 'action', revision: 1, group: 'missing', index: -1, action: 'afresh' },
      { kind: 'action', revision: 1, group: 'missing', index: 0, action: 'delete' },
    ]) {
      expect(isIntent([intent])).toBe(false);
    }
  });

  it('is no more rows than are shown at once', () => {
    const isRange = hostContract.matchRows.parameters;
    const range = { revision: 1, group: 'matched', first: 0, count: mostMatchRows };
    expect(isRange([range])).toBe(true);
    expect(isRange([{ ...range, count: mostMatchRows + 1 }])).toBe(false);
  });
});

describe('what the host says of a match', () => {
  const view: MatchView = {
    form,
    branches: [],
    targetBranches: [],
    architectures: [],
    recognised: '',
    factories: [],
    noPython: '',
    busy: '',
    problem: null,
    result: {
      revision: 0,
      headline: '',
      parameters: '',
      coverage: 0,
      loads: 0,
      mismatched: 0,
      isAlarm: true,
      proposals: [],
      groups: [],
      notes: [],
      keys: 0,
      bytes: null,
      noUpdate: '',
      rows: new Uint8Array(2),
      version: 0,
    },
    refusal: '',
    readOnly: '',
  };

  it('carries the state of every row of the tree', () => {
    const isView = webviewContract.match.parameters;
    expect(isView([view])).toBe(true);
    expect(isView([{ ...view, result: { ...view.result, rows: [0, 0] } }])).toBe(false);
    expect(isView([{ ...view, result: { ...view.result, coverage: Number.NaN } }])).toBe(false);
  });
});
