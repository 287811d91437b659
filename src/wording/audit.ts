import type { BlockerReason, DangerReason, ImportReason } from '../core/audit/codes';
import type { Blocker, Import, WeightsOnly } from '../core/checkpoint/checkpoint';
import { keyOf } from '../core/checkpoint/path';
import { absent, formatExact } from './format';
import type { Translate } from './translate';

/** `weights_only=True stops at 1 of 9 imports`: the one line that answers the audit. */
export function auditVerdict(imports: readonly Import[], weightsOnly: WeightsOnly, t: Translate): string {
  if (weightsOnly.loads) {
    return t('weights_only=True loads this file');
  }
  const stops = imports.filter((one) => one.verdict !== 'allowed' && !one.unread).length;
  if (stops === 0 || otherBlockers(weightsOnly).some(({ reason }) => refusals.has(reason))) {
    return t('weights_only=True does not load this file');
  }
  return imports.length === 1
    ? t('weights_only=True stops at the one import')
    : t('weights_only=True stops at {0} of {1} imports', formatExact(stops), formatExact(imports.length));
}

/** Reasons to refuse a file before its imports matter. */
const refusals: ReadonlySet<BlockerReason> = new Set(['container', 'broken-file', 'no-pickle', 'record-missing']);

/** What stops `weights_only=True` beside the imports themselves. */
export function otherBlockers(weightsOnly: WeightsOnly): readonly Blocker[] {
  return weightsOnly.blockers.filter(({ reason }) => reason !== 'global' && reason !== 'blocked-module');
}

/** The sentence under the verdict. It never says that a file is safe: nobody can. */
export function auditSentence(imports: readonly Import[], t: Translate): string {
  return imports.length === 0
    ? t('Opened here without running it. torch.load would import nothing.')
    : t('Opened here without running it. torch.load would import the names below.');
}

/** `every tensor`, `model_state_dict +2`, `args`: who needs an import. `tensors` is the number in the file. */
export function neededBy(one: Import, tensors: number, t: Translate): string {
  const [first] = one.paths;
  if (first === undefined) {
    return absent;
  }
  if (one.pathCount > 1 && one.pathCount === tensors) {
    return t('every tensor');
  }
  const key = first.length === 0 ? t('the whole file') : keyOf(first);
  return one.pathCount === 1 ? key : `${key} +${formatExact(one.pathCount - 1)}`;
}

/** What is to be said of an import; '' when there is nothing. */
export function importReason(one: Import, t: Translate): string {
  const reason = one.reason === null ? '' : reasonText(one.reason, t);
  const unread = one.unread ? t('It stands in a pickle that torch.load does not read.') : '';
  return reason !== '' && unread !== '' ? `${reason} ${unread}` : reason + unread;
}

function reasonText(reason: ImportReason, t: Translate): string {
  switch (reason) {
    case 'needs-import-distributed-tensor':
      return t('On the allow-list only after “import torch.distributed.tensor”.');
    case 'needs-import-dynamo':
      return t('On the allow-list only after “import torch._dynamo”.');
    case 'not-allowed-by-2.6':
      return t('torch 2.6 does not have it on its allow-list.');
    case 'allowed-by-2.14':
      return t('torch 2.14 has it on its allow-list, torch 2.13 does not.');
    case 'nested-checkpoint':
      return t('Reads a checkpoint inside this one, whose imports are listed too.');
    default:
      return dangerText(reason, t);
  }
}

function dangerText(reason: DangerReason, t: Translate): string {
  switch (reason) {
    case 'runs-code':
      return t('Runs any Python code that the file holds.');
    case 'runs-commands':
      return t('Runs commands of the system.');
    case 'imports-modules':
      return t('Imports any module that the file names.');
    case 'reaches-attributes':
      return t('Reaches into any object, and so to functions that do harm.');
    case 'builds-calls':
      return t('Builds calls out of other names in the file.');
    case 'loads-pickles':
      return t('Loads another pickle, without the allow-list.');
    case 'native-code':
      return t('Loads or runs machine code.');
    case 'network':
      return t('Opens connections to other machines.');
    case 'files':
      return t('Reads, writes or deletes files.');
    case 'starts-processes':
      return t('Starts other processes.');
    case 'installs-packages':
      return t('Installs packages.');
    case 'changes-interpreter':
      return t('Changes the Python interpreter itself.');
    case 'extends-pickle':
      return t('Changes how pickles are loaded.');
    case 'disarms-scanners':
      return t('Keeps scanners from seeing what the file does.');
    case 'hides-name':
      return t('The name that is imported is computed, or hidden by a pickle that breaks off.');
  }
}

/** What stops `weights_only=True`, in one sentence. */
export function blockerText(blocker: Blocker, t: Translate): string {
  const { reason, name } = blocker;
  switch (reason) {
    case 'container':
      return t('It does not read this kind of file ({0}).', name);
    case 'no-pickle':
      return t('There is no pickle that it could read ({0}).', name);
    case 'broken-file':
      return t('torch refuses the file, whatever is in its pickle ({0}).', name);
    case 'record-missing':
      return t('The archive has no record “{0}”, which torch asks for.', name);
    case 'opcode':
      return t('It does not know the pickle opcode {0}.', name);
    case 'global':
      return t('{0} is not on its allow-list.', name);
    case 'blocked-module':
      return t('{0} is blocked, even where it is added to the allow-list.', name);
    case 'storage-class':
    case 'storage-missing':
    case 'storage-size':
      return storageBlocker(reason, blocker, t);
    case 'persistent-id':
      return t('It does not take a persistent id of this form ({0}).', name);
    case 'byte-string':
      return t('It cannot decode a Python 2 string that is not UTF-8 ({0}).', name);
    case 'unusual-pickle':
      return t('The pickle does what no Python writes ({0}).', name);
    default:
      return stepBlocker(reason, name, t);
  }
}

type StorageBlocker = Extract<BlockerReason, `storage-${string}`>;

function storageBlocker(reason: StorageBlocker, { name, more = [] }: Blocker, t: Translate): string {
  const count = formatExact(more.length + 1);
  switch (reason) {
    case 'storage-class':
      return t('Storage {0} is of no class that it knows.', name);
    case 'storage-missing':
      return more.length === 0
        ? t('The file lacks storage {0}.', name)
        : t('Storages that the file lacks: {0}, first {1}.', count, name);
    case 'storage-size':
      return more.length === 0
        ? t('Storage {0} does not have the size that the pickle says.', name)
        : t('Storages that do not have the size that the pickle says: {0}, first {1}.', count, name);
  }
}

function stepBlocker(
  reason: Extract<BlockerReason, 'call' | 'new-object' | 'build' | 'append' | 'set-item'>,
  name: string,
  t: Translate,
): string {
  switch (reason) {
    case 'call':
      return t('It does not call {0}.', name);
    case 'new-object':
      return t('It does not make an instance of {0}.', name);
    case 'build':
      return t('It does not set the state of {0}.', name);
    case 'append':
      return t('It does not append to {0}.', name);
    case 'set-item':
      return t('It does not set items of {0}.', name);
  }
}
