import { namedShape } from '../core/checkpoint/namedShape';
import type { Checkpoint, Entry, TensorEntry } from '../core/checkpoint/checkpoint';
import { keyOf } from '../core/checkpoint/path';
import { auditVerdict, blockerText, importReason, neededBy, otherBlockers } from '../wording/audit';
import { findingText } from '../wording/findings';
import { absent, formatCrc32, formatShape, formatSize } from '../wording/format';
import { summaryFacts } from '../wording/summary';
import { english } from '../wording/translate';
import { chunked } from './chunks';
import type { Digests } from './digest';
import { visible } from './visible';

/**
 * The text of `inspect`: a summary, one line an entry in file order, what loading would import, findings. It holds no path
 * and no time, and the columns have fixed widths, so that a change of one entry changes one line (`git diff`).
 */
export function inspectText(
  checkpoint: Checkpoint,
  entries: readonly Entry[],
  digests: Digests | null,
  colours: boolean,
): Generator<string> {
  return chunked(lines(checkpoint, entries, digests, colours ? terminalColours : noColours));
}

type Paint = (text: string) => string;
interface Palette {
  readonly strong: Paint;
  readonly dim: Paint;
  readonly warning: Paint;
  readonly error: Paint;
}

const plain: Paint = (text) => text;
const noColours: Palette = { strong: plain, dim: plain, warning: plain, error: plain };
const sgr =
  (code: number): Paint =>
  (text) =>
    `\u001b[${code}m${text}\u001b[0m`;
const terminalColours: Palette = { strong: sgr(1), dim: sgr(2), warning: sgr(33), error: sgr(31) };

function* lines(
  checkpoint: Checkpoint,
  entries: readonly Entry[],
  digests: Digests | null,
  palette: Palette,
): Generator<string> {
  const { kind, container, summary, source } = checkpoint;
  const [first = '', ...rest] = summaryFacts(
    {
      kind,
      container: container.kind,
      tensors: summary.tensors,
      parameters: summary.parameters,
      fileBytes: source.size,
    },
    english,
  );
  yield `${[palette.strong(first), ...rest].join(' · ')}\n`;
  for (const entry of entries) {
    yield `${entryLine(entry, digests, palette)}\n`;
  }
  if (digests !== null) {
    yield `digest: ${digests.whole}\n`;
  }
  yield* auditLines(checkpoint, palette);
  for (const finding of checkpoint.findings) {
    const paint =
      finding.severity === 'error' ? palette.error : finding.severity === 'warning' ? palette.warning : plain;
    yield `${paint(`${finding.severity}:`)} ${visible(findingText(finding, english))}\n`;
  }
}

/** Columns of the widest usual contents; wider ones push their own line only. */
function entryLine(entry: Entry, digests: Digests | null, palette: Palette): string {
  const key = visible(keyOf(entry.path)) || absent;
  if (entry.kind === 'value') {
    return `${visible(entry.type).padEnd(fixedWidth)} ${key} ${palette.dim('=')} ${visible(entry.repr)}`;
  }
  const facts = [
    visible(entry.dtype).padEnd(15),
    formatShape(namedShape(entry)).padEnd(18),
    visible(entry.device ?? absent).padEnd(8),
    formatSize(entry.bytes).padStart(8),
  ].join(' ');
  return `${facts} ${palette.dim(checksum(entry, digests).padEnd(8))} ${key}`;
}

/** Of everything before the key: 15 + 18 + 8 + 8 + 8 and the spaces between. */
const fixedWidth = 61;

/** CRC-32 of the record; where there is none, the SHA-256 of the tensor, when it was asked for. */
function checksum(tensor: TensorEntry, digests: Digests | null): string {
  const crc32 = tensor.storage?.record?.crc32 ?? 0;
  return crc32 === 0 ? (digests?.tensors.get(tensor) ?? '') : formatCrc32(crc32);
}

function* auditLines(checkpoint: Checkpoint, palette: Palette): Generator<string> {
  const { imports, weightsOnly, summary } = checkpoint;
  for (const one of imports) {
    if (one.verdict !== 'allowed') {
      const paint = one.verdict === 'dangerous' ? palette.error : palette.warning;
      const label = one.verdict === 'dangerous' ? 'dangerous import:' : "import outside torch's allow-list:";
      const reason = importReason(one, english);
      yield `${paint(label)} ${visible(`${one.name} (${neededBy(one, summary.tensors, english)}) ${reason}`).trimEnd()}\n`;
    }
  }
  yield `${auditVerdict(imports, weightsOnly, english)}\n`;
  for (const blocker of otherBlockers(weightsOnly)) {
    yield `  ${visible(blockerText(blocker, english))}\n`;
  }
}
