import type { PlanAction, PlanTotals, Situation } from '../core/plan/plan';

/**
 * What crosses between host and webview to plan fine-tuning. The host holds the plans, one set for each document; the
 * webview says what is wanted, and is sent a view after each change.
 */

export interface PlanView {
  /** State dicts and modules of the file; one where there is nothing to choose. */
  readonly branches: readonly PlanBranchView[];
  /** Id of the one that is planned for; '' where there is none. */
  readonly branch: string;
  /** Why nothing can be planned; '' where something can, or the view is still being made. */
  readonly problem: string;
  /** null while it is being made, and where nothing can be planned. */
  readonly plan: ShownPlanView | null;
  /** Plans side by side. */
  readonly plans: readonly PlanRowView[];
  /** The one of them that is shown. */
  readonly current: number;
}

export interface PlanBranchView {
  readonly id: string;
  readonly label: string;
}

export interface ShownPlanView {
  /** `resnet50, recognised from 318 of 320 keys` */
  readonly model: string;
  /** The file is one of torchvision's, trained on ImageNet. */
  readonly isImageNet: boolean;
  readonly situation: Situation;
  readonly k: number;
  readonly maxK: number;
  /** Of the head; null where it is not known which layer that is. */
  readonly classes: number | null;
  readonly fileClasses: number | null;
  readonly seed: number;
  /** At most `mostPlanGroups`. */
  readonly groups: readonly PlanGroupView[];
  readonly groupCount: number;
  /** Of all parameters of the model that is trained. */
  readonly parameters: number;
  readonly totals: PlanTotals;
  /** The person's own network, that Python has to make; null where the file is a known one. */
  readonly factory: PlanFactoryView | null;
  /** What came of the last pattern or file of plans; '' where there is nothing to say. */
  readonly message: string;
  readonly notes: readonly PlanNoteView[];
  readonly python: string;
  /** How many plans the Python carries out. */
  readonly pythonPlans: number;
  readonly apply: PlanApplyView;
  /** Name of the file that holds the plans as they are now; '' where none does. */
  readonly savedIn: string;
}

/** What else is to be known, in a sentence. */
export interface PlanNoteView {
  readonly text: string;
  /** It would surprise whoever does not know it. */
  readonly isWarning: boolean;
}

/** Groups, and layers of a group, that are listed at most. */
export const mostPlanGroups = 1_000;
export const mostPlanLayers = 500;

export interface PlanGroupView {
  readonly name: string;
  /** `conv1, bn1` */
  readonly title: string;
  readonly text: string;
  readonly parameters: number;
  /** Parameters by what becomes of them. */
  readonly shares: Readonly<Record<PlanAction, number>>;
  /** null: its layers differ. */
  readonly action: PlanAction | null;
  readonly isHead: boolean;
  /** It is for other classes than the file's: what is kept of it does not fit. */
  readonly isResized: boolean;
  readonly isOpen: boolean;
  /** Of an open group, at most `mostPlanLayers`. */
  readonly layers: readonly PlanLayerView[];
  readonly layerCount: number;
}

export interface PlanLayerView {
  readonly name: string;
  readonly text: string;
  readonly parameters: number;
  readonly action: PlanAction;
  readonly isResized: boolean;
}

export interface PlanFactoryView {
  /** `package.module:Net(num_classes=120)`, as typed. */
  readonly text: string;
  readonly isWrong: boolean;
  /** Classes of Python files that are open. */
  readonly offers: readonly { readonly text: string; readonly secondary: string }[];
}

/** What the primary button does. */
export interface PlanApplyView {
  readonly edits: number;
  /** What they do, or why there are none. */
  readonly sentence: string;
  readonly canApply: boolean;
  /** Why the last try did nothing; '' where it did. */
  readonly refusal: string;
}

/** A plan beside others. */
export interface PlanRowView {
  readonly name: string;
  readonly situation: Situation;
  readonly k: number;
  readonly trainable: number;
  /** Bytes of gradients and of Adam's state. */
  readonly memory: number;
  /** What came of it, as the person noted. */
  readonly result: string;
  /** It has its part in the script. */
  readonly isChosen: boolean;
}

/** Characters that a name, a result, a pattern or a factory may have. */
export const mostPlanText = 1_000;

export type PlanIntent =
  /** The plan has been opened or closed in a panel. */
  | { readonly kind: 'open' }
  | { readonly kind: 'close' }
  | { readonly kind: 'branch'; readonly id: string }
  | { readonly kind: 'situation'; readonly situation: Situation }
  | { readonly kind: 'k'; readonly k: number }
  | { readonly kind: 'classes'; readonly classes: number }
  | { readonly kind: 'seed'; readonly seed: number }
  /** @param layer null: all of the group's. */
  | { readonly kind: 'action'; readonly group: string; readonly layer: string | null; readonly action: PlanAction }
  | { readonly kind: 'expand'; readonly group: string; readonly isOpen: boolean }
  | { readonly kind: 'pattern'; readonly pattern: string; readonly action: PlanAction }
  | { readonly kind: 'factory'; readonly text: string }
  /** Another plan like the one that is shown. */
  | { readonly kind: 'add' }
  | { readonly kind: 'show'; readonly index: number }
  | { readonly kind: 'remove'; readonly index: number }
  | { readonly kind: 'rename'; readonly index: number; readonly name: string }
  | { readonly kind: 'result'; readonly index: number; readonly result: string }
  | { readonly kind: 'choose'; readonly index: number; readonly isChosen: boolean }
  | { readonly kind: 'apply' }
  | { readonly kind: 'save' }
  /** Asks for a file of plans. */
  | { readonly kind: 'load' }
  | { readonly kind: 'copyPython' }
  | { readonly kind: 'openPython' };
