import type { Confidence, KeyAction, MatchError, MatchReason, Proposal, ProposalReason } from '../core/match/match';
import type { ErrorText } from './errors';
import { formatExact } from './format';
import type { Translate } from './translate';

/** What a proposal would do: `Strip prefix module.`, `fc → head`. */
export function proposalText({ kind, from, to, reason }: Proposal, t: Translate): string {
  switch (kind) {
    case 'strip':
      return t('Strip prefix {0}', from);
    case 'add':
      return t('Add prefix {0}', to);
    case 'swap':
      return `${from === '' ? t('(top level)') : from} → ${to === '' ? t('(top level)') : to}`;
    case 'names':
    case 'head':
      return `${from} → ${to}`;
    case 'modules':
      return reason.code === 'library-names'
        ? t('Names of {0} → names of {1}', from, to)
        : from === '#'
          ? t('All others')
          : `${from} → ${to}`;
  }
}

/** Why it is proposed: `318 keys: same endings, same shapes`. */
export function proposalReasonText(reason: ProposalReason, t: Translate): string {
  switch (reason.code) {
    case 'wrapper':
      return t('{0}: {1}', keysText(reason.keys, t), wrapperText(reason.wrapper, t));
    case 'same-endings':
      return t('{0}: same endings, same shapes', keysText(reason.keys, t));
    case 'known-names':
      return t('{0}: two names of one thing', keysText(reason.keys, t));
    case 'library-names':
      return t('{0}: the names that two libraries give {1}', keysText(reason.keys, t), reason.family);
    case 'same-order':
      return t('{0}: same layers, same shapes, same order', keysText(reason.keys, t));
    case 'only-shape':
      return t('{0}: the only layers of this shape that are left', keysText(reason.keys, t));
    case 'same-shapes':
      return t('{0}: as many of these shapes here as there, taken in order', keysText(reason.keys, t));
    case 'last-layer':
      return t(
        'last Linear of both, {0} inputs; {1} outputs here, {2} there',
        formatExact(reason.inputs),
        formatExact(reason.outputs),
        formatExact(reason.targetOutputs),
      );
  }
}

function keysText(count: number, t: Translate): string {
  return count === 1 ? t('1 key') : t('{0} keys', formatExact(count));
}

function wrapperText(wrapper: Extract<ProposalReason, { code: 'wrapper' }>['wrapper'], t: Translate): string {
  switch (wrapper) {
    case 'ddp':
      return t('left by DataParallel or DistributedDataParallel');
    case 'compile':
      return t('left by torch.compile');
    case 'lightning':
      return t('left by a LightningModule or another class around the model');
    case 'fsdp':
      return t('left by FSDP');
  }
}

export function confidenceText(confidence: Confidence, t: Translate): string {
  switch (confidence) {
    case 'certain':
      return t('certain');
    case 'likely':
      return t('likely');
    case 'possible':
      return t('possible');
  }
}

export function actionText(action: KeyAction, t: Translate): string {
  switch (action) {
    case 'load':
      return t('Load');
    case 'keepOut':
      return t('Keep out');
    case 'overlap':
      return t('Copy the overlap');
    case 'interpolate':
      return t('Interpolate');
    case 'reshape':
      return t('Reshape');
    case 'afresh':
      return t('Start afresh');
    case 'fromTarget':
      return t('Take the model’s own');
    case 'leaveMissing':
      return t('Leave missing');
  }
}

/** Why a match cannot be made. */
export function matchErrorText({ reason, args }: MatchError, t: Translate): ErrorText {
  return { title: t('Nothing to match'), ...reasons[reason](args, t) };
}

type ReasonText = Omit<ErrorText, 'title'>;

const reasons: Readonly<Record<MatchReason, (args: readonly string[], t: Translate) => ReasonText>> = {
  'no-state-dict': (args, t) =>
    args.length === 0
      ? {
          sentence: t('There is no state dict and no module in this file.'),
          remedy: t('Choose a file that holds the weights of a model.'),
        }
      : {
          sentence: t('No state dict stands where one usually does; there is {0}.', namesOf(args)),
          remedy: t('Choose one of them.'),
        },
  'several-state-dicts': (args, t) => ({
    sentence: t('There is more than one state dict in this file: {0}.', namesOf(args)),
    remedy: t('Choose one of them.'),
  }),
  'not-a-state-dict': ([key = ''], t) => ({
    sentence: key === '' ? t('The file itself is no state dict.') : t('“{0}” is no state dict and no module.', key),
    remedy: t('Choose a dict whose values are tensors, or a module.'),
  }),
  'not-json': (_args, t) => ({
    sentence: t('The list of keys is no JSON.'),
    remedy: t('Write it as {0}.', keyListForm),
  }),
  'not-a-key-list': ([key = ''], t) => ({
    sentence:
      key === ''
        ? t('This JSON is no list of keys with their shapes.')
        : t('The shape of “{0}” is no list of sizes.', key),
    remedy: t('Write it as {0}.', keyListForm),
  }),
  'too-many-keys': (_args, t) => ({
    sentence: t('There are more keys than any real model has.'),
    remedy: t('Check that it is the right list.'),
  }),
  'not-an-error-text': (_args, t) => ({
    sentence: t('This text names no keys, as the error of load_state_dict does.'),
    remedy: t('Paste the whole message: “Error(s) in loading state_dict for …”.'),
  }),
  'two-to-one': ([first = '', second = '', name = ''], t) => ({
    sentence: t('“{0}” and “{1}” would both be called “{2}”.', first, second, name),
    remedy: t('Refuse one of the two renames.'),
  }),
  'no-such-key': ([key = ''], t) => ({
    sentence: t('There is no key “{0}” to rename.', key),
    remedy: t('Match again: the file has changed.'),
  }),
};

const keyListForm = '{"fc.weight": [1000, 2048]}';

/** Of a file with hundreds a few are enough to see what is meant. */
const namedStateDicts = 10;

function namesOf(keys: readonly string[]): string {
  const named = keys.slice(0, namedStateDicts).map((key) => (key === '' ? '[]' : key));
  return [...named, ...(keys.length > named.length ? ['…'] : [])].join(', ');
}
