import { html, nothing, type TemplateResult } from 'lit';
import { signatures, type LayerSpec, type Parameter } from '../../../../src/core/init/layerSpec';
import type { EditError } from '../../../../src/core/edit/editError';
import { editErrorText } from '../../../../src/wording/editErrors';
import { isChecked } from '../../../components/checkbox';
import { controlAria } from '../../../components/controlAria';
import { textField } from '../../../components/textField';
import { t } from '../../../strings';
import { choicesOf, fieldText, type LayerDraft } from './layerDraft';

interface FieldActions {
  readonly onInput: (name: string, text: string) => void;
  readonly onCommit: (name: string) => void;
  readonly onAccept: () => void;
}

/** A field for each argument of the layer, in the order of torch but for the kinds of fields. */
export function layerFields({ spec, typed }: LayerDraft, actions: FieldActions): TemplateResult | typeof nothing {
  if (spec === null || signatures[spec.kind].length === 0) {
    return nothing;
  }
  const all = signatures[spec.kind];
  const isSwitch = ({ type }: Parameter): boolean => type === 'bool';
  const isChoice = ({ type }: Parameter): boolean => choicesOf(type).length > 0;
  return html`<div class="in arguments" role="group" aria-label=${t('Arguments of {0}', `nn.${spec.kind}`)}>
    ${all
      .filter((parameter) => !isSwitch(parameter) && !isChoice(parameter))
      .map((parameter) => argumentField(spec, parameter, typed.get(parameter.name), actions))}${all
      .filter(isSwitch)
      .map((parameter) => switchField(spec, parameter, actions))}${all
      .filter(isChoice)
      .map((parameter) => choiceField(spec, parameter, actions))}
  </div>`;
}

function argumentField(
  spec: LayerSpec,
  parameter: Parameter,
  typed: { readonly text: string; readonly problem: EditError | null } | undefined,
  { onInput, onCommit, onAccept }: FieldActions,
): TemplateResult {
  const { name } = parameter;
  const problem = typed?.problem ?? null;
  return labelled(
    name,
    html`${textField({
      label: name,
      value: typed?.text ?? fieldText(spec, parameter),
      resetTo: fieldText(spec, parameter),
      wrong: problem !== null,
      onInput: (text) => {
        onInput(name, text);
      },
      onCommit: () => {
        onCommit(name);
      },
      onAccept,
    })}${problemBelow(problem)}`,
  );
}

function choiceField(spec: LayerSpec, parameter: Parameter, { onInput }: FieldActions): TemplateResult {
  const { name, type } = parameter;
  const chosen = fieldText(spec, parameter);
  return labelled(
    name,
    dropdown(
      name,
      choicesOf(type).map((id) => ({ id, text: id })),
      chosen,
      (text) => {
        onInput(name, text);
      },
    ),
    'wide',
  );
}

function switchField(spec: LayerSpec, { name }: Parameter, { onInput }: FieldActions): TemplateResult {
  return html`<vscode-checkbox
    .checked=${spec.arguments[name] === true}
    @change=${(event: Event) => {
      onInput(name, isChecked(event) ? 'True' : 'False');
    }}
    ><span class="code-name">${name}</span></vscode-checkbox
  >`;
}

/** A name at the left, its control at the right. */
export function labelled(label: string, control: TemplateResult, width: 'wide' | '' = ''): TemplateResult {
  return html`<div class="labelled ${width}">
    <span class="dim ell" title=${label}>${label}</span>
    <div class="control">${control}</div>
  </div>`;
}

export function dropdown(
  label: string,
  choices: readonly { readonly id: string; readonly text: string }[],
  chosen: string,
  onChange: (id: string) => void,
): TemplateResult {
  return html`<vscode-dropdown
    class="field"
    ${controlAria({ 'aria-label': label })}
    aria-label=${label}
    @change=${(event: Event) => {
      const field = event.currentTarget;
      if (field instanceof HTMLElement && 'value' in field && field.value !== chosen) {
        onChange(String(field.value));
      }
    }}
  >
    ${choices.map(
      ({ id, text }) => html`<vscode-option value=${id} .selected=${id === chosen}>${text}</vscode-option>`,
    )}
  </vscode-dropdown>`;
}

/** What is wrong with the text of a field, over what stands below it. */
export function problemBelow(problem: EditError | null): TemplateResult | typeof nothing {
  if (problem === null) {
    return nothing;
  }
  const { sentence, remedy } = editErrorText(problem, t);
  return html`<div class="problem file-text" role="alert">${sentence} ${remedy}</div>`;
}
