import type { Checkpoint } from '../../core/checkpoint/checkpoint';
import type { SnippetKind } from '../../core/snippets/kinds';
import { snippet, snippetKinds, type SnippetOptions } from '../../core/snippets/snippets';
import { snippetObstacleText, snippetText } from '../../wording/snippets';
import type { Translate } from '../../wording/translate';

/** What the list of snippets shows of one. */
export interface SnippetChoice {
  readonly kind: SnippetKind;
  /** What it does, in a sentence. */
  readonly label: string;
  /** The line of its code that tells it from the others; of one that the file cannot have the reason. */
  readonly detail: string;
  /** null where the file cannot have it. */
  readonly code: string | null;
}

/** Those that the file can have come first. */
export function snippetChoices(checkpoint: Checkpoint, options: SnippetOptions, t: Translate): SnippetChoice[] {
  const choices = snippetKinds(checkpoint, options).map(({ kind, unavailable }): SnippetChoice => {
    const label = snippetText(kind, t);
    if (unavailable !== null) {
      return { kind, label, detail: snippetObstacleText(unavailable, t), code: null };
    }
    const code = snippet(checkpoint, kind, options);
    return { kind, label, detail: tellingLine(kind, code), code };
  });
  return [...choices.filter(({ code }) => code !== null), ...choices.filter(({ code }) => code === null)];
}

/** What to look for in the code of each kind. */
const telling: Readonly<Record<SnippetKind, RegExp>> = {
  'load-state-dict': /load_state_dict\(|\.state_dict\(\)/,
  'load-filtered': /own\.update/,
  'load-not-strict': /strict=False\)/,
  'load-checkpoint': /optimizer.*load_state_dict/,
  'load-model': /\bload\(/,
  'save-parameters': /torch\.save/,
  'save-checkpoint': /torch\.save/,
  'save-model': /torch\.save/,
  'map-location-string': /map_location=|device=/,
  'map-location-device': /map_location=/,
  'map-location-dict': /map_location=/,
  'map-location-lambda': /map_location=/,
  'map-location-none': /\bload\(/,
  'weights-only': /add_safe_globals|weights_only=/,
  'mmap-assign': /mmap=True|assign=True/,
  'to-device': /^device = /,
  cuda: /\.cuda\(/,
};

function tellingLine(kind: SnippetKind, code: string): string {
  const lines = code.split('\n').filter((line) => !line.startsWith('#'));
  return (lines.find((line) => telling[kind].test(line)) ?? lines[0] ?? '').trim();
}

/** Whether the code depends on the device that tensors go to. */
export function takesDevice(kind: SnippetKind): boolean {
  return (kind.startsWith('map-location-') && kind !== 'map-location-none') || kind === 'to-device' || kind === 'cuda';
}

/** Devices to choose from: the CPU, the first GPUs, those that the file names. */
export function devicesFor({ summary }: Checkpoint): readonly string[] {
  return [...new Set(['cpu', 'cuda:0', 'cuda:1', 'mps', ...summary.devices.keys()])];
}
