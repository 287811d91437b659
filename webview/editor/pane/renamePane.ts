import { html, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { EditIntent, PrefixView, RenameForm } from '../../../src/protocol/edits';
import { formatCount, formatExact } from '../../../src/wording/format';
import { iconButton } from '../../components/controls';
import { radioGroup } from '../../components/radioGroup';
import { textField } from '../../components/textField';
import { t } from '../../strings';
import type { RenameMode } from '../editing';
import { ToolForm } from './toolForm';

/** Prefixes that are put before all keys, as torch's wrappers do. */
const commonPrefixes: readonly string[] = ['module.', '_orig_mod.', 'model.', 'backbone.'];

/** Rename Keys: by a pattern, or a prefix that comes or goes; every change is shown before it is made. */
@customElement('ce-rename-keys')
export class RenameKeysForm extends ToolForm {
  @state() accessor #mode: RenameMode = 'pattern';
  @state() accessor #pattern = '';
  @state() accessor #text = '';
  @state() accessor #matchCase = true;
  @state() accessor #prefix = '';
  @state() accessor #prefixes: readonly PrefixView[] = [];
  #askedMode: RenameMode | null = null;
  #prefixesOf: unknown;

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    const { store } = this;
    if (store !== null && store.editing.renameMode !== this.#askedMode) {
      this.#askedMode = store.editing.renameMode;
      this.#mode = store.editing.renameMode;
    }
    if (store !== null && store.version !== this.#prefixesOf) {
      this.#prefixesOf = store.version;
      store.host.prefixes().then((prefixes) => {
        this.#prefixes = prefixes;
      }, store.failed);
    }
    super.willUpdate(changed);
  }

  protected override inputs(): readonly unknown[] {
    return this.#mode === 'pattern'
      ? [this.#mode, this.#pattern, this.#text, this.#matchCase]
      : [this.#mode, this.#prefix];
  }

  protected override intent(): EditIntent | null {
    const form = this.#form();
    return form === null ? null : { kind: 'renameKeys', form, rows: this.rows() };
  }

  #form(): RenameForm | null {
    if (this.#mode !== 'pattern') {
      return this.#prefix === '' ? null : { how: this.#mode, prefix: this.#prefix };
    }
    return this.#pattern === ''
      ? null
      : { how: 'pattern', pattern: this.#pattern, text: this.#text, ignoreCase: !this.#matchCase };
  }

  protected override form(): TemplateResult {
    return html`${this.scopeChoice(t('All keys'), this.view?.selectionSummary.entries ?? 0)}
      <div class="in fields">
        ${radioGroup<RenameMode>(
          t('How to rename'),
          [
            { value: 'pattern', text: t('Pattern') },
            { value: 'strip', text: t('Strip prefix') },
            { value: 'add', text: t('Add prefix') },
          ],
          this.#mode,
          (mode) => {
            this.#mode = mode;
          },
        )}
        ${this.#mode === 'pattern' ? this.#patternFields() : this.#prefixField()}
      </div>
      ${this.resultSection(t('Nothing is renamed yet.'))}
      <ce-key-changes
        .changes=${this.preview?.changes ?? []}
        .count=${this.preview?.changeCount ?? 0}
      ></ce-key-changes>`;
  }

  #patternFields(): TemplateResult {
    return html`${textField({
      label: t('Find'),
      placeholder: t('Find (regular expression)'),
      value: this.#pattern,
      first: true,
      wrong: this.problem !== '' && this.preview?.changeCount === 0,
      onInput: (pattern) => {
        this.#pattern = pattern;
      },
      onAccept: this.apply,
      ending: iconButton({
        icon: 'case-sensitive',
        label: t('Match Case'),
        pressed: this.#matchCase,
        onClick: () => {
          this.#matchCase = !this.#matchCase;
        },
      }),
    })}${textField({
      label: t('Replace with'),
      placeholder: t('Replace with ($1 for the first group)'),
      value: this.#text,
      onInput: (text) => {
        this.#text = text;
      },
      onAccept: this.apply,
    })}`;
  }

  #prefixField(): TemplateResult {
    const strips = this.#mode === 'strip';
    const offers = strips
      ? this.#prefixes.map(({ prefix, keys }) => ({
          value: prefix,
          secondary: keys === 1 ? t('1 key') : t('{0} keys', keys < 10_000 ? formatExact(keys) : formatCount(keys)),
        }))
      : commonPrefixes.map((value) => ({ value }));
    return html`<ce-combo
      .label=${strips ? t('Prefix to strip') : t('Prefix to add')}
      .placeholder=${strips ? t('Prefix to strip') : t('Prefix to add')}
      .value=${this.#prefix}
      .offers=${offers}
      .first=${true}
      .onInput=${(prefix: string) => {
        this.#prefix = prefix;
      }}
      .onAccept=${this.apply}
    ></ce-combo>`;
  }
}
