import type { EditError, EditErrorCode, EditReason } from '../core/edit/editError';
import type { ErrorText } from './errors';
import type { Translate } from './translate';

/** Words for a code alone: the heading of each of its reasons. */
export const editTexts: Readonly<Record<EditErrorCode, (t: Translate) => ErrorText>> = {
  'edit-no-match': (t) => ({
    title: t('Nothing to edit'),
    sentence: t('The edit matches nothing in this file.'),
    remedy: t('Check the keys or the pattern.'),
  }),
  'edit-collision': (t) => ({
    title: t('Keys would meet'),
    sentence: t('Two entries would have the same key.'),
    remedy: t('Choose another name, or remove one of them first.'),
  }),
  'edit-empty': (t) => ({
    title: t('Nothing would be left'),
    sentence: t('The edit would remove everything that the file holds.'),
    remedy: t('Keep at least one entry.'),
  }),
  'edit-invalid': (t) => ({
    title: t('This cannot be understood'),
    sentence: t('What was given for the edit cannot be understood.'),
    remedy: t('Correct it and try again.'),
  }),
  'edit-unsupported': (t) => ({
    title: t('This cannot be edited'),
    sentence: t('This entry cannot be edited in that way.'),
    remedy: t('Choose other entries, or another edit.'),
  }),
  'edit-read-only': (t) => ({
    title: t('This file is read-only here'),
    sentence: t('This file holds something that cannot be written back as it was.'),
    remedy: t('Save a copy of it from the program that wrote it.'),
  }),
};

/** Why an edit cannot be done, with the keys that it is about, and what to do. */
export function editErrorText(error: EditError, t: Translate): ErrorText {
  const { title } = editTexts[error.code](t);
  const words = reasons[error.reason](new Words(error, t), t);
  return { title, ...words };
}

type ReasonText = Omit<ErrorText, 'title'>;

/** Keys that a sentence names; the others are counted. */
const namedInSentence = 3;

/** What an error names, as it stands in a sentence. */
class Words {
  constructor(
    private readonly error: EditError,
    private readonly t: Translate,
  ) {}

  get hasEntries(): boolean {
    return this.error.entries.length > 0;
  }

  /** `“a”, “b” and 3 more`. */
  get entries(): string {
    const { entries, count } = this.error;
    const names = entries.slice(0, namedInSentence).map((entry) => this.quoted(entry));
    const left = count - names.length;
    if (names.length <= 1 && left === 0) {
      return this.entry;
    }
    return left > 0 ? this.t('{0} and {1} more', names.join(', '), left) : names.join(', ');
  }

  /** The first entry; the file itself where that is what the error is about. */
  get entry(): string {
    const [first] = this.error.entries;
    return first === undefined || first === '' ? this.t('The whole file') : this.quoted(first);
  }

  /** One of the arguments. */
  arg(index = 0): string {
    return String(this.error.args[index] ?? '');
  }

  get args(): string {
    return this.error.args.join(', ');
  }

  private quoted(text: string): string {
    return this.t('“{0}”', text);
  }
}

const literalForms = `17, 0.1, 'text', True, None, [1, 2]`;
const layerForms = 'fc = nn.Linear(2048, 120), conv1 = nn.Conv2d(3, 64, kernel_size=5, bias=False)';
const layerKinds =
  'Linear, Bilinear, Conv1d-3d, ConvTranspose1d-3d, Embedding, BatchNorm1d-3d, LayerNorm, RMSNorm, GroupNorm, LSTM, GRU, RNN, Identity';
const mapLocationForms =
  "'cpu', torch.device('cpu'), {'cuda:1': 'cuda:0'}, lambda storage, loc: storage, lambda storage, loc: storage.cuda(1)";

const reasons: Readonly<Record<EditReason, (words: Words, t: Translate) => ReasonText>> = {
  'no-entry': (words, t) => ({
    sentence: t('There is no entry {0}.', words.entry),
    remedy: t('Check the key; an edit before may have changed it.'),
  }),
  'nothing-chosen': (_words, t) => ({
    sentence: t('Nothing that this edit works on is among what was chosen.'),
    remedy: t('Choose other entries.'),
  }),
  'no-key-matches': (words, t) => ({
    sentence: words.hasEntries ? t('No key matches {0}.', words.entries) : t('No key of a state dict would change.'),
    remedy: t('Check the keys or the pattern.'),
  }),
  'no-device-matches': (words, t) => ({
    sentence: t('No storage would change its device ({0}).', words.args),
    remedy: t('Take a device that the file names, and another one for it.'),
  }),
  'no-tensor-to-cast': (words, t) => ({
    sentence: words.hasEntries
      ? t('{0} cannot be cast: its storage holds numbers of more than one kind.', words.entries)
      : t('No floating tensor of another dtype than {0} was chosen.', words.arg()),
    remedy: t('Choose floating tensors of another dtype.'),
  }),
  'no-parameter': (words, t) => ({
    sentence: t('{0} has no parameter that would change.', words.entry),
    remedy: t('Choose a branch with parameters that are not that way already.'),
  }),
  'no-module': (words, t) => ({
    sentence: t('{0} has no module whose mode would change.', words.entry),
    remedy: t('Choose a pickled module in the other mode; a state dict has none.'),
  }),
  'no-optimizer': (_words, t) => ({
    sentence: t('There is no optimizer in this file.'),
    remedy: t('Leave the optimizer as it is.'),
  }),
  'no-layer': (words, t) => ({
    sentence: t('There is no layer {0}: no tensor stands below that name.', words.entry),
    remedy: t('Take the name before “.weight”.'),
  }),
  'nothing-to-convert': (_words, t) => ({
    sentence: t('There is no value that weights_only refuses and that has a plain form.'),
    remedy: t('Extract the state dict if torch still refuses the file.'),
  }),
  'nothing-to-compact': (_words, t) => ({
    sentence: t('Every storage is used whole: there is nothing to leave out.'),
    remedy: t('Save the file as it is.'),
  }),
  'same-key': (words, t) => ({
    sentence: t('More than one entry would be called {0}.', words.entries),
    remedy: t('Choose another name, or remove one of them first.'),
  }),
  'nothing-left': (_words, t) => ({
    sentence: t('The edit would remove everything that the file holds.'),
    remedy: t('Keep at least one entry.'),
  }),
  'bad-literal': (words, t) => ({
    sentence: t('“{0}” is no Python literal (character {1}).', words.arg(), words.arg(1)),
    remedy: t('Write it as {0}.', literalForms),
  }),
  'bad-pattern': (words, t) => ({
    sentence: t('“{0}” is no regular expression.', words.arg()),
    remedy: t('Put a backslash before a sign that is meant as it is.'),
  }),
  'bad-device': (words, t) => ({
    sentence: t('“{0}” is no device that torch knows.', words.arg()),
    remedy: t('Write it as {0}.', 'cpu, cuda:0, mps'),
  }),
  'bad-dtype': (words, t) => ({
    sentence: t('“{0}” is no dtype that can be cast to.', words.arg()),
    remedy: t('Take {0}, or one of the float8 kinds.', 'float64, float32, float16, bfloat16'),
  }),
  'bad-map-location': (words, t) => ({
    sentence: t('“{0}” is no map_location that can be read without running it.', words.arg()),
    remedy: t('Write it as {0}.', mapLocationForms),
  }),
  'bad-index': (words, t) => ({
    sentence: t('There is no place {0} for {1}: there are {2}.', words.arg(), words.entry, words.arg(1)),
    remedy: t('Count the places from 0.'),
  }),
  'empty-key': (words, t) => ({
    sentence: words.hasEntries ? t('Nothing would be left of the key {0}.', words.entry) : t('A key cannot be empty.'),
    remedy: t('Choose another name.'),
  }),
  'no-resource': (words, t) => ({
    sentence: t('The other file “{0}” is not open.', words.arg()),
    remedy: t('Choose that file again.'),
  }),
  'bad-layer-call': (words, t) => ({
    sentence: t('“{0}” is no call that makes a layer (character {1}).', words.arg(), words.arg(1)),
    remedy: t('Write it as {0}.', layerForms),
  }),
  'unknown-layer': (words, t) => ({
    sentence: t('“{0}” is no layer that can be made here.', words.arg()),
    remedy: t('Take one of {0}.', layerKinds),
  }),
  'unknown-argument': (words, t) => ({
    sentence: t('The layer {0} does not take “{1}”, or not twice.', words.arg(1), words.arg()),
    remedy: t('Leave it out; dtype and device are those of the layer before.'),
  }),
  'missing-argument': (words, t) => ({
    sentence: t('The layer {0} needs {1}.', words.arg(1), words.arg()),
    remedy: t('Write it as {0}.', layerForms),
  }),
  'bad-argument': (words, t) => ({
    sentence: t('The layer {0} does not take {1}.', words.arg(1), words.arg()),
    remedy: t('Choose another value.'),
  }),
  'not-a-literal': (words, t) => ({
    sentence: t('“{0}” is a name: nothing is evaluated here.', words.arg()),
    remedy: t('Write the number itself.'),
  }),
  'bad-seed': (words, t) => ({
    sentence: t('“{0}” is no seed.', words.arg()),
    remedy: t('Take a whole number, such as 0.'),
  }),
  'bad-shape': (words, t) => ({
    sentence: t('{0} cannot have the shape ({1}).', words.entry, words.arg()),
    remedy: t('Give a size for each of its dimensions.'),
  }),
  'layer-not-float': (words, t) => ({
    sentence: words.hasEntries
      ? t('{0} holds no plain floating numbers ({1}).', words.entries, words.arg())
      : t('No numbers can be drawn in {0}.', words.arg()),
    remedy: t('Cast it first, or remove it.'),
  }),
  'stacked-gates': (words, t) => ({
    sentence: t(
      '{0} holds the matrices of several gates below each other: none of its rows would keep its place.',
      words.entries,
    ),
    remedy: t('Take new numbers, without the overlap.'),
  }),
  'no-matrix': (words, t) => ({
    sentence: t('A tensor of shape ({0}) cannot be orthogonal.', words.arg()),
    remedy: t('Choose another initialisation.'),
  }),
  'matrix-too-large': (words, t) => ({
    sentence: t('Making a matrix of {0} orthogonal would take minutes.', words.arg()),
    remedy: t('Choose another initialisation.'),
  }),
  'module-sizes': (words, t) => ({
    sentence: t('{0} belongs to a {1}, which keeps its sizes beside its weights.', words.entry, words.arg()),
    remedy: t('Replace the layer.'),
  }),
  'not-a-key': (words, t) => ({
    sentence: t('{0} is no entry of a dict.', words.entry),
    remedy: t('Choose an entry of a dict.'),
  }),
  'not-a-container': (words, t) => ({
    sentence: t('{0} is no dict whose entries could be changed.', words.entry),
    remedy: t('Choose a dict or a list.'),
  }),
  'not-a-value': (words, t) => ({
    sentence: t('{0} is no number, text, bool or None.', words.entry),
    remedy: t('Remove it, then add another entry.'),
  }),
  'not-a-branch': (words, t) => ({
    sentence: t('{0} has nothing below it that a file could be made of.', words.entry),
    remedy: t('Choose a dict, a module, an optimizer or a tensor.'),
  }),
  'part-of-object': (words, t) => ({
    sentence: t('{0} is part of an object that could not be loaded without it.', words.entries),
    remedy: t('Remove the whole object.'),
  }),
  'long-bytes-of-other-file': (words, t) => ({
    sentence: t('{0} of the other file holds more bytes than are taken over.', words.entry),
    remedy: t('Open that file, and add from this one.'),
  }),
  'storage-view-of-other-file': (words, t) => ({
    sentence: t('Storage {0} of the other file is part of another storage.', words.entry),
    remedy: t('Load that file in torch, save it again, and add from the new one.'),
  }),
  'optimizer-object': (words, t) => ({
    sentence: t('{0} is no state dict of an optimizer.', words.entry),
    remedy: t('Drop the optimizer, or leave it as it is.'),
  }),
  'parameters-unknown': (words, t) => ({
    sentence: t('It cannot be told which parameters {0} belongs to.', words.entry),
    remedy: t('Drop the optimizer, or leave it as it is.'),
  }),
  'no-devices-in-format': (_words, t) => ({
    sentence: t('A .safetensors file records no devices.'),
    remedy: t('Choose the device where the file is loaded.'),
  }),
  'flat-format': (_words, t) => ({
    sentence: t('A .safetensors file holds named tensors side by side, and nothing else.'),
    remedy: t('Save it as a .pt file first, and edit that one.'),
  }),
  'values-in-format': (_words, t) => ({
    sentence: t('The metadata of a .safetensors file holds texts alone.'),
    remedy: t('Put the value in quotes.'),
  }),
  'device-not-storable': (words, t) => ({
    sentence: t('A storage on “{0}” would have no numbers.', words.arg()),
    remedy: t('Choose another device.'),
  }),
  'not-a-plain-tensor': (words, t) => ({
    sentence: t('{0} is no plain tensor: it is sparse, quantized or of a class of its own.', words.entries),
    remedy: t('Keep it out, or load it as it is.'),
  }),
  'no-fitting-shape': (words, t) => ({
    sentence: t('{0} cannot be given that shape.', words.entries),
    remedy: t('Keep it out, or start it afresh.'),
  }),
  'unknown-numbers': (words, t) => ({
    sentence: t('Nothing says what numbers {0} starts with.', words.entries),
    remedy: t('Take it from a file that has it, or leave it out.'),
  }),
  'format-read-only': (words, t) => ({
    sentence: readOnlyFormat(words.arg(), t),
    remedy: t('Edit the checkpoint that it was made from.'),
  }),
  'not-modelled': (words, t) => ({
    sentence: t('This file holds something that cannot be written back as it was: {0}.', lossyText(words.arg(), t)),
    remedy: t('Load it where it was made, and save it again with torch.'),
  }),
  'place-read-only': (words, t) => ({
    sentence: t('What “{0}:” holds cannot be changed, such as the versions in Git.', words.arg()),
    remedy: t('Save it under another path, and edit it there.'),
  }),
  'no-pickle': (_words, t) => ({
    sentence: t('There is no pickle in this file that could be edited.'),
    remedy: t('Edit the checkpoint that it was made from.'),
  }),
};

function readOnlyFormat(kind: string, t: Translate): string {
  switch (kind) {
    case 'torchscript':
    case 'mobile':
      return t('A TorchScript file holds code, and is shown only.');
    case 'pt2':
    case 'package':
      return t('This file holds code, and is shown only.');
    case 'npy':
    case 'npz':
      return t('A NumPy file is no checkpoint, and is shown only.');
    default:
      return t('A file of this format is shown only.');
  }
}

/** What the reader met; anything else is said as it is. */
function lossyText(what: string, t: Translate): string {
  switch (what) {
    case 'appended-to-no-list':
    case 'set-on-no-dict':
    case 'added-to-no-set':
      return t('items that are put into what is no container');
    case 'appended-late':
    case 'set-after-build':
      return t('items that are put into an object that is complete');
    case 'built-no-object':
    case 'built-twice':
      return t('an object that is built in an unusual way');
    case 'lone-surrogates':
      return t('text that is no Unicode');
    case 'unnamed-global':
      return t('a class whose name is not known');
    case 'readonly-no-buffer':
      return t('a buffer outside the file');
    case 'protocol-changes':
      return t('a pickle that changes its protocol');
    case 'raw-array':
      return t('the numbers of arrays between the opcodes, as joblib writes them');
    default:
      return what;
  }
}
