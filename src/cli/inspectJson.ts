import { namedShape } from '../core/checkpoint/namedShape';
import type {
  Blocker,
  Checkpoint,
  Entry,
  Import,
  Path,
  Summary,
  TensorEntry,
  ValueEntry,
} from '../core/checkpoint/checkpoint';
import { keyOf } from '../core/checkpoint/path';
import type { Finding } from '../core/findings';
import { blockerText, importReason } from '../wording/audit';
import { findingText } from '../wording/findings';
import { english } from '../wording/translate';
import { chunked } from './chunks';
import type { Digests } from './digest';

/**
 * The document of `inspect --json`, piece by piece: each list has an item a line, and is never held as text as a whole.
 * `entries` are those to list; summary, imports and findings are always those of the whole file.
 */
export function inspectJson(
  file: string,
  checkpoint: Checkpoint,
  entries: readonly Entry[],
  digests: Digests | null,
): Generator<string> {
  return chunked(pieces(file, checkpoint, entries, digests));
}

function* pieces(
  file: string,
  checkpoint: Checkpoint,
  entries: readonly Entry[],
  digests: Digests | null,
): Generator<string> {
  const { container, kind, wrapper, weightsOnly, source } = checkpoint;
  yield `{\n"schema": 1,\n"file": ${JSON.stringify(file)},\n"bytes": ${source.size},\n`;
  yield `"container": ${JSON.stringify(container.kind)},\n"kind": ${JSON.stringify(kind)},\n`;
  yield `"wrapper": ${JSON.stringify(wrapper)},\n`;
  const blockers = weightsOnly.blockers.flatMap(blockersJson);
  yield `"weightsOnly": ${JSON.stringify({ torch: weightsOnly.torch, loads: weightsOnly.loads, blockers })},\n`;
  const word = wordsAsText();
  yield* list('tensors', tensors(entries), (tensor) => tensorJson(tensor, digests, word));
  yield* list('values', values(entries), valueJson);
  yield* list('imports', checkpoint.imports, importJson);
  yield* list('findings', checkpoint.findings, findingJson);
  yield `"summary": ${JSON.stringify(summaryJson(checkpoint.summary))}`;
  yield digests === null ? '\n}\n' : `,\n"digest": "${digests.whole}"\n}\n`;
}

function* list<Item>(name: string, items: Iterable<Item>, json: (item: Item) => string): Generator<string> {
  let separator = `"${name}": [\n`;
  for (const item of items) {
    yield separator + json(item);
    separator = ',\n';
  }
  yield separator === ',\n' ? '\n],\n' : `"${name}": [],\n`;
}

function* tensors(entries: readonly Entry[]): Generator<TensorEntry> {
  for (const entry of entries) {
    if (entry.kind === 'tensor') {
      yield entry;
    }
  }
}

function* values(entries: readonly Entry[]): Generator<ValueEntry> {
  for (const entry of entries) {
    if (entry.kind === 'value') {
      yield entry;
    }
  }
}

/** Put together by hand: a file may have millions of tensors, and `JSON.stringify` of an object takes three times as long. */
function tensorJson(tensor: TensorEntry, digests: Digests | null, word: (text: string | null) => string): string {
  const { path, dtype, device, stride, offset, layout, requiresGrad, role, parameter, storage } = tensor;
  const sha256 = digests?.tensors.get(tensor) ?? null;
  return (
    `{"path":${pathJson(path)},"key":${text(keyOf(path))},"shape":${shapeJson(tensor)},"dtype":${word(dtype)},` +
    `"device":${word(device)},"stride":${stride === null ? 'null' : `[${stride.join(',')}]`},"offset":${offset},` +
    `"layout":${word(layout)},"requiresGrad":${requiresGrad},"role":${word(role)},"parameter":${text(parameter)},"storage":` +
    (storage === null
      ? 'null'
      : `{"key":${text(storage.key)},"bytes":${storage.bytes},"position":${storage.position}}`) +
    (digests === null ? '}' : `,"sha256":${text(sha256)}}`)
  );
}

function shapeJson({ shape, ragged }: TensorEntry): string {
  return ragged === undefined ? `[${shape.join(',')}]` : JSON.stringify(namedShape({ shape, ragged }));
}

function pathJson(path: Path): string {
  return `[${path.map((element) => (typeof element === 'string' ? text(element) : JSON.stringify(element))).join(',')}]`;
}

const plain = /^[ !#-[\]-~]*$/;

function text(value: string | null): string {
  return value !== null && plain.test(value) ? `"${value}"` : JSON.stringify(value);
}

/** As `text`, for the few words that stand in every row. */
function wordsAsText(): (word: string | null) => string {
  const known = new Map<string | null, string>();
  return (word) => {
    const json = known.get(word) ?? text(word);
    known.set(word, json);
    return json;
  };
}

function valueJson({ path, type, repr }: ValueEntry): string {
  return `{"path":${pathJson(path)},"type":${text(type)},"repr":${text(repr)}}`;
}

/** `reason` is a code; `message` says it in words. */
function importJson(one: Import): string {
  const { name, verdict, reason, section, paths, pathCount, unread } = one;
  const message = importReason(one, english);
  return JSON.stringify({ name, verdict, reason, message, paths, pathCount, section, unread });
}

/** Each storage for itself. */
function blockersJson({ more = [], ...first }: Blocker): object[] {
  return [first, ...more.map((name) => ({ reason: first.reason, name, paths: [] }))].map((blocker) => ({
    reason: blocker.reason,
    name: blocker.name,
    message: blockerText(blocker, english),
    paths: blocker.paths,
  }));
}

function findingJson(finding: Finding): string {
  const { severity, code, offset = null, entry = null } = finding;
  return JSON.stringify({ severity, code, message: findingText(finding, english), offset, entry });
}

function summaryJson({ dtypes, devices, ...counts }: Summary): object {
  return { ...counts, dtypes: Object.fromEntries(dtypes), devices: Object.fromEntries(devices) };
}
