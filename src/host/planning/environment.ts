import type { Catalogue } from '../../core/catalogue/catalogue';
import type { PlanFactoryView } from '../../protocol/plan';

/** A file of plans. */
export interface PlanFile {
  readonly name: string;
  readonly text: string;
}

/** What planning needs of the world around the document. */
export interface PlanEnvironment {
  /** Name of the document's file, without its folder. */
  readonly fileName: string;
  catalogue(): Promise<Catalogue>;
  /** The file of plans that lies beside the document; null where none does. */
  readBeside(): Promise<PlanFile | null>;
  /** Asks for a file of plans; null where none was chosen. */
  askForFile(): Promise<PlanFile | null>;
  /** Asks where plans go, and writes them. @returns the file's name; null where nothing was written. */
  write(text: string): Promise<string | null>;
  /** Models of the Python files that are open. */
  factories(): PlanFactoryView['offers'];
  copy(text: string): Promise<void>;
  /** As a new document that is saved nowhere yet. */
  openPython(text: string): Promise<void>;
}
