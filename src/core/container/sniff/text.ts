import type { ForeignFile } from '../foreign';
import type { Head } from '../format';

const linesShown = 5;
const lineLength = 200;

/** What a text is; null when the file is none. */
export function textFile({ bytes, size, fileName }: Head): ForeignFile | null {
  const text = decodeText(bytes, bytes.length < size);
  if (text === null || text === '') return null;
  const lines = firstLines(text);
  return (
    lfsPointer(text) ??
    webPage(text, lines) ??
    tensorflowState(text) ?? { kind: 'text', text: textKind(text, lines, fileName), lines }
  );
}

/** UTF-8 or UTF-16 without control characters. `cut`: the last character may be half there. */
function decodeText(bytes: Uint8Array, cut: boolean): string | null {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: cut });
    return hasControls(text) ? null : text;
  } catch {
    return null;
  }
}

// Tab, line feed, form feed and carriage return; escape for colours.
const controlsOfTexts = new Set([0x09, 0x0a, 0x0c, 0x0d, 0x1b]);

function hasControls(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < 0x20 && !controlsOfTexts.has(code)) || code === 0x7f) return true;
  }
  return false;
}

function firstLines(text: string): string[] {
  return text
    .split(/\r\n|\r|\n/, linesShown)
    .map((line) => (line.length > lineLength ? `${line.slice(0, lineLength - 1)}…` : line));
}

function lfsPointer(text: string): ForeignFile | null {
  const version = /^version (https:\/\/(?:git-lfs|hawser)\.github\.com\/\S+)/.exec(text)?.[1];
  if (version === undefined) return null;
  const size = /^size (\d{1,15})\s*$/m.exec(text)?.[1];
  return {
    kind: 'git-lfs-pointer',
    version,
    oid: /^oid (\S+)/m.exec(text)?.[1] ?? '',
    size: size === undefined ? null : Number(size),
  };
}

function webPage(text: string, lines: readonly string[]): ForeignFile | null {
  const start = text.trimStart().slice(0, 200).toLowerCase();
  if (!start.startsWith('<')) return null;
  const html = /^(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<(?:!doctype html|html|head|body|script|title)\b/.test(
    start,
  );
  if (!html && !/^<(?:\?xml|!doctype|[a-z][\w:.-]*[\s/>])/.test(start)) return null;
  // The message of an XML answer of an object store stands in `<Message>`.
  const title = /<(title|message)\b[^>]*>([^<]{1,500})/i.exec(text)?.[2]?.replace(/\s+/g, ' ').trim();
  return { kind: 'web-page', markup: html ? 'html' : 'xml', title: title ?? null, lines };
}

function tensorflowState(text: string): ForeignFile | null {
  return text.startsWith('model_checkpoint_path:') ? { kind: 'model', format: 'tensorflow-checkpoint' } : null;
}

type TextKind = Extract<ForeignFile, { kind: 'text' }>['text'];

function textKind(text: string, lines: readonly string[], fileName: string): TextKind {
  const start = text.trimStart();
  if (/^[{[]\s*(?:["{[\]}\d-]|true|false|null)/.test(start)) return 'json';
  if (fileName.endsWith('.pth') && lines.every(isPathLine)) return 'python-paths';
  if (/^(?:#!.*python|import \w|from [\w.]+ import |def \w+\(|class \w+)/m.test(start)) return 'python-source';
  const commas = lines.filter((line) => line !== '').map((line) => line.split(',').length);
  return commas.length > 1 && commas.every((count) => count > 1 && count === commas[0]) ? 'csv' : 'plain';
}

/** A line of a `.pth` file of Python's `site`: a folder, an import, a comment or nothing. */
function isPathLine(line: string): boolean {
  return line === '' || /^(?:#|import[ \t])/.test(line) || /^(?:[\w.~-]|[A-Za-z]:)?[\w .~:\\/@+-]*$/.test(line);
}
