/**
 * The one place that names the UI toolkit: what it is replaced by, when it is, is decided here. Its elements are used by
 * their tags (`vscode-button` …) and restyled in `styles/controls.css`.
 */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeRadio,
  vsCodeRadioGroup,
  vsCodeTextArea,
  vsCodeTextField,
  type TextField,
} from '@vscode/webview-ui-toolkit';

export function registerToolkit(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeCheckbox(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodeRadio(),
    vsCodeRadioGroup(),
    vsCodeTextArea(),
    vsCodeTextField(),
  );
}

/** What of a text field this project uses. */
export type TextFieldElement = HTMLElement & Pick<TextField, 'value' | 'control'>;
