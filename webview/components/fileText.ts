import { html, type TemplateResult } from 'lit';

/** Characters of one text from a file that go into the page: a hostile key may have millions. */
const mostShown = 400;
const tail = 120;

// Controls, marks that turn the direction of text, separators, halves of surrogate pairs. The joiners of emoji and scripts stay.
const invisible = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text of a file made visible: no character may hide, break the line or turn what stands around it. */
export function visibleText(text: string): string {
  return text.replace(invisible, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20) {
      return String.fromCodePoint(0x2400 + code);
    }
    return code === 0x7f ? '\u2421' : `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`;
  });
}

/** The same, with its middle left out where it is very long. */
export function shownText(text: string): string {
  return visibleText(
    text.length > mostShown ? `${text.slice(0, mostShown - tail)}…${text.slice(text.length - tail)}` : text,
  );
}

type Range = readonly [start: number, end: number];

/**
 * `text` with the ranges that a filter matches marked. Ranges count from `offset` characters before the text, where the
 * whole key begins.
 */
export function markedText(text: string, ranges: readonly Range[], offset: number): (string | TemplateResult)[] {
  if (ranges.length === 0 || text.length > mostShown) {
    return [shownText(text)];
  }
  const pieces: (string | TemplateResult)[] = [];
  let at = 0;
  for (const [from, to] of ranges) {
    const start = Math.max(from - offset, at);
    const end = Math.min(to - offset, text.length);
    if (end > start) {
      pieces.push(
        visibleText(text.slice(at, start)),
        html`<span class="hl">${visibleText(text.slice(start, end))}</span>`,
      );
      at = end;
    }
  }
  pieces.push(visibleText(text.slice(at)));
  return pieces;
}

/** A key that may be too long for its place: its middle gives way, its last segment stays. */
export function keyText(key: string): TemplateResult {
  const cut = key.lastIndexOf('.', key.length - 2) + 1;
  return html`<span class="mid file-text"
    ><span>${shownText(key.slice(0, cut))}</span><span>${shownText(key.slice(cut))}</span></span
  >`;
}
