// Checks that every text a person reads has its Simplified Chinese entry, and that no entry is stale.
//
//   npm run l10n
//
// Texts are found in the syntax tree: calls of `t`, `translate` or `l10n.t`, whose first argument must be a literal.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { inProject, root } from './support/paths.mjs';

const sources = ['src/host', 'src/wording', 'src/extension.ts', 'webview'];
const bundleFile = 'l10n/bundle.l10n.zh-cn.json';

/** @type {string[]} */
const problems = [];

/** Names under which the function that translates goes. */
const translators = new Set(['t', 'translate']);

/** @type {Map<string, string>} text → where it stands first */
const texts = new Map();
for (const source of sources) for (const file of typescriptFiles(inProject(source))) collect(file);
compareBundle(texts, readTexts(bundleFile));
compareManifest();

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(`${texts.size} texts, each with its Simplified Chinese.`);

/** @param {string} path @returns {string[]} */
function typescriptFiles(path) {
  if (path.endsWith('.ts')) return existsSync(path) ? [path] : [];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join(path, name));
}

/** @param {string} file */
function collect(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isCallExpression(node) && isTranslation(node.expression)) take(node, source);
    ts.forEachChild(node, visit);
  };
  visit(source);
}

/** @param {ts.Expression} callee */
function isTranslation(callee) {
  if (ts.isIdentifier(callee)) return translators.has(callee.text);
  return ts.isPropertyAccessExpression(callee) && callee.name.text === 't';
}

/** @param {ts.CallExpression} call @param {ts.SourceFile} source */
function take(call, source) {
  const { line } = source.getLineAndCharacterOfPosition(call.getStart());
  const place = `${relative(root, source.fileName)}:${line + 1}`;
  const text = call.arguments[0];
  if (text !== undefined && ts.isStringLiteralLike(text)) {
    if (!texts.has(text.text)) texts.set(text.text, place);
  } else if (!isForwarding(call)) {
    problems.push(`${place}: the text of a translation must be a literal`);
  }
}

/** A function that is itself a `Translate` hands its own first parameter on. @param {ts.CallExpression} call */
function isForwarding(call) {
  const text = call.arguments[0];
  const owner = ts.findAncestor(call, ts.isFunctionLike);
  const parameter = owner?.parameters[0]?.name;
  return (
    text !== undefined &&
    ts.isIdentifier(text) &&
    parameter !== undefined &&
    ts.isIdentifier(parameter) &&
    parameter.text === text.text &&
    text.text === 'message'
  );
}

/** @param {string} file @returns {Record<string, string>} */
function readTexts(file) {
  if (existsSync(inProject(file))) return JSON.parse(readFileSync(inProject(file), 'utf8'));
  problems.push(`${file} is missing`);
  return {};
}

/** @param {Map<string, string>} english @param {Record<string, string>} chinese */
function compareBundle(english, chinese) {
  for (const [text, place] of english) {
    const translation = chinese[text];
    if (translation === undefined) problems.push(`${place}: not in ${bundleFile}: ${JSON.stringify(text)}`);
    else compareTexts(`${bundleFile}: ${JSON.stringify(text)}`, text, translation);
  }
  for (const text of Object.keys(chinese)) {
    if (!english.has(text)) problems.push(`${bundleFile}: stale: ${JSON.stringify(text)}`);
  }
}

/** package.json names keys as %key%; both tables hold all of them and no others. */
function compareManifest() {
  const english = readTexts('package.nls.json');
  const chinese = readTexts('package.nls.zh-cn.json');
  const manifest = readFileSync(inProject('package.json'), 'utf8');
  const named = new Set(Array.from(manifest.matchAll(/"%([^%"]+)%"/g), (match) => match[1] ?? ''));
  for (const key of named) if (!(key in english)) problems.push(`package.nls.json: ${key} is missing`);
  for (const [key, text] of Object.entries(english)) {
    const translation = chinese[key];
    if (!named.has(key)) problems.push(`package.nls.json: stale: ${key}`);
    if (translation === undefined) problems.push(`package.nls.zh-cn.json: ${key} is missing`);
    else compareTexts(`package.nls.zh-cn.json: ${key}`, text, translation);
  }
  for (const key of Object.keys(chinese)) {
    if (!(key in english)) problems.push(`package.nls.zh-cn.json: stale: ${key}`);
  }
}

/** @param {string} place @param {string} text @param {string} translation */
function compareTexts(place, text, translation) {
  if (translation.trim() === '' && text.trim() !== '') problems.push(`${place}: is empty`);
  if (placeholders(text) !== placeholders(translation)) problems.push(`${place}: other placeholders`);
}

/** @param {string} text */
function placeholders(text) {
  return Array.from(text.matchAll(/\{\d+\}/g), (match) => match[0])
    .sort()
    .join();
}
