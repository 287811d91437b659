import { html, nothing, type TemplateResult } from 'lit';
import { editError } from '../../../../src/core/edit/editError';
import { initialisations } from '../../../../src/core/init/initialisation';
import { isChecked } from '../../../components/checkbox';
import { textField } from '../../../components/textField';
import { t } from '../../../strings';
import { hasMode, isWrongNumber, numbersOf, numberText, plainInit, seedOf, type InitForm } from './initForm';
import { dropdown, labelled, problemBelow } from './layerFields';

type Change = (part: Partial<InitForm>) => void;

/** Where the first numbers of the layer come from. */
export function initFields(form: InitForm, onChange: (form: InitForm) => void, onAccept: () => void): TemplateResult {
  const change: Change = (part) => {
    onChange({ ...form, ...part });
  };
  return html`<div class="in arguments start" role="group" aria-label=${t('Initialisation')}>
    ${labelled(
      t('Start from'),
      dropdown(
        t('Start from'),
        [...initialisations.keys()].map((id) => ({ id, text: initName(id) })),
        form.name,
        (name) => {
          change({ name });
        },
      ),
      'wide',
    )}
    ${hasMode(form.name) ? modeField(form, change) : nothing}
    ${numbersOf(form.name).map(([name, usual]) => numberField(form, name, usual, change, onAccept))}
    ${labelled(t('Seed'), seedField(form, change, onAccept))}
    <vscode-checkbox
      class="wide"
      .checked=${form.keepOverlap}
      @change=${(event: Event) => {
        change({ keepOverlap: isChecked(event) });
      }}
      >${t('Keep the rows and columns that both sizes have')}</vscode-checkbox
    >
  </div>`;
}

function modeField({ mode: chosen }: InitForm, change: Change): TemplateResult {
  const field = dropdown(
    'mode',
    [
      { id: 'fan_in', text: 'fan_in' },
      { id: 'fan_out', text: 'fan_out' },
    ],
    chosen,
    (mode) => {
      change({ mode: mode === 'fan_out' ? 'fan_out' : 'fan_in' });
    },
  );
  return labelled('mode', field, 'wide');
}

function numberField(
  form: InitForm,
  name: string,
  usual: number,
  change: Change,
  onAccept: () => void,
): TemplateResult {
  const field = textField({
    label: name,
    value: numberText(form, name, usual),
    resetTo: String(usual),
    wrong: isWrongNumber(form, name),
    onInput: (text) => {
      change({ numbers: { ...form.numbers, [name]: text } });
    },
    onAccept,
  });
  return labelled(name, field);
}

function seedField(form: InitForm, change: Change, onAccept: () => void): TemplateResult {
  const isWrong = seedOf(form) === null;
  return html`${textField({
    label: t('Seed'),
    value: form.seed,
    resetTo: plainInit.seed,
    wrong: isWrong,
    onInput: (seed) => {
      change({ seed });
    },
    onAccept,
  })}${problemBelow(isWrong ? editError('edit-invalid', 'bad-seed', [], form.seed) : null)}`;
}

/** As torch calls it. */
function initName(name: string): string {
  switch (name) {
    case 'default':
      return t('PyTorch’s default');
    case 'zeros':
      return t('Zeros');
    default:
      return `${name}_`;
  }
}
