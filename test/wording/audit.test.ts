import { describe, expect, it } from 'vitest';
import type { BlockerReason, ImportReason } from '../../src/core/audit/codes';
import type { Import, WeightsOnly } from '../../src/core/checkpoint/checkpoint';
import { auditSentence, auditVerdict, blockerText, importReason, neededBy } from '../../src/wording/audit';
import { english } from '../../src/wording/translate';

const used = (fields: Partial<Import> = {}): Import => ({
  name: 'argparse.Namespace',
  verdict: 'unknown',
  reason: null,
  section: 'data.pkl',
  paths: [['args']],
  pathCount: 1,
  uses: 1,
  unread: false,
  ...fields,
});
const loads: WeightsOnly = { torch: '2.13', loads: true, blockers: [] };
const stops: WeightsOnly = { ...loads, loads: false };
const torchScript: WeightsOnly = {
  ...stops,
  blockers: [{ reason: 'container', name: 'torchscript', paths: [] }],
};

describe('the verdict', () => {
  const allowed = used({ verdict: 'allowed' });
  it.each([
    [[], loads, 'weights_only=True loads this file'],
    [[allowed], loads, 'weights_only=True loads this file'],
    [[used(), allowed, allowed], stops, 'weights_only=True stops at 1 of 3 imports'],
    [[used()], stops, 'weights_only=True stops at the one import'],
    [[allowed], stops, 'weights_only=True does not load this file'],
    [[used({ unread: true })], loads, 'weights_only=True loads this file'],
    [[used({ unread: true }), allowed], stops, 'weights_only=True does not load this file'],
    [[used()], torchScript, 'weights_only=True does not load this file'],
  ])('of %j', (imports, weightsOnly, verdict) => {
    expect(auditVerdict(imports, weightsOnly, english)).toBe(verdict);
  });

  it('says that nothing was run, and never that a file is safe', () => {
    for (const sentence of [auditSentence([], english), auditSentence([used()], english)]) {
      expect(sentence).toMatch(/^Opened here without running it\./);
      expect(sentence).not.toMatch(/safe/);
    }
  });
});

describe('who needs an import', () => {
  it.each([
    [used(), 485, 'args'],
    [used({ paths: [['a'], ['b'], ['c']], pathCount: 3 }), 485, 'a +2'],
    [used({ paths: [['a', 'b']], pathCount: 485 }), 485, 'every tensor'],
    [used({ paths: [[]] }), 0, 'the whole file'],
    [used({ paths: [], pathCount: 0 }), 0, '—'],
    [used({ paths: [['a']] }), 1, 'a'],
  ])('%#', (one, tensors, expected) => {
    expect(neededBy(one, tensors, english)).toBe(expected);
  });
});

describe('reasons', () => {
  const reasons: Readonly<Record<ImportReason, true>> = {
    'runs-code': true,
    'runs-commands': true,
    'imports-modules': true,
    'reaches-attributes': true,
    'builds-calls': true,
    'loads-pickles': true,
    'native-code': true,
    network: true,
    files: true,
    'starts-processes': true,
    'installs-packages': true,
    'changes-interpreter': true,
    'extends-pickle': true,
    'disarms-scanners': true,
    'hides-name': true,
    'needs-import-distributed-tensor': true,
    'needs-import-dynamo': true,
    'not-allowed-by-2.6': true,
    'allowed-by-2.14': true,
    'nested-checkpoint': true,
  };

  it('are one sentence each', () => {
    const sentences = Object.keys(reasons)
      .filter((reason): reason is ImportReason => reason in reasons)
      .map((reason) => importReason(used({ reason }), english));
    expect(new Set(sentences).size).toBe(Object.keys(reasons).length);
    expect(sentences.filter((sentence) => !/^[A-Za-z].*\.$/.test(sentence))).toEqual([]);
  });

  it('mark what torch does not read', () => {
    expect(importReason(used(), english)).toBe('');
    expect(importReason(used({ unread: true }), english)).toBe('It stands in a pickle that torch.load does not read.');
    expect(importReason(used({ unread: true, reason: 'network' }), english)).toMatch(/machines\. It stands/);
  });

  const blockers: Readonly<Record<BlockerReason, true>> = {
    container: true,
    'broken-file': true,
    'record-missing': true,
    'no-pickle': true,
    opcode: true,
    global: true,
    'blocked-module': true,
    call: true,
    'new-object': true,
    build: true,
    append: true,
    'set-item': true,
    'persistent-id': true,
    'byte-string': true,
    'storage-class': true,
    'storage-missing': true,
    'storage-size': true,
    'unusual-pickle': true,
  };

  it('name what stops weights_only', () => {
    const sentences = Object.keys(blockers)
      .filter((reason): reason is BlockerReason => reason in blockers)
      .map((reason) => blockerText({ reason, name: 'os.system', paths: [] }, english));
    expect(new Set(sentences).size).toBe(Object.keys(blockers).length);
    expect(sentences.filter((sentence) => !sentence.includes('os.system'))).toEqual([]);
    expect(blockerText({ reason: 'storage-missing', name: '3', paths: [], more: ['4', '5'] }, english)).toBe(
      'Storages that the file lacks: 3, first 3.',
    );
  });
});
