import type { Container, PickleSection } from '../container/container';
import { CheckpointError } from '../errors';
import type { FindingList } from './findingList';
import type { ModuleClass, ModuleClasses } from './modules';

/** Bytes of one source file of an archive. Seen: 2 MB for a large traced model. */
const maxCodeBytes = 32 << 20;

/** `__torch__.torch.nn.modules.linear` → `code/__torch__/torch/nn/modules/linear.py`. */
function codeRecordName(module: string): string {
  return `code/${module.replaceAll('.', '/')}.py`;
}

/** `  __parameters__ = ["weight", "bias", ]` */
const listLine = /^ +__(parameters|buffers)__ = \[(.*)\]\s*$/;
const classLine = /^class ([\w$]+)(?:\((\w+)\))?:/;
const quotedName = /"((?:[^"\\]|\\.)*)"/g;

/** Classes that one source file defines: their names below the module, and what they list of their state. */
export function parseClasses(code: string): Map<string, ModuleClass> {
  const classes = new Map<string, ModuleClass>();
  let open: { isModule: boolean; parameters: Set<string>; buffers: Set<string> } | null = null;
  for (const line of code.split('\n')) {
    const start = classLine.exec(line);
    if (start !== null) {
      open = { isModule: start[2] === 'Module', parameters: new Set(), buffers: new Set() };
      classes.set(start[1] ?? '', open);
      continue;
    }
    const list = open === null ? null : listLine.exec(line);
    if (open !== null && list !== null) {
      const names = list[1] === 'parameters' ? open.parameters : open.buffers;
      for (const [, name = ''] of (list[2] ?? '').matchAll(quotedName)) {
        names.add(name);
      }
    }
  }
  return classes;
}

/**
 * What the code of a TorchScript archive says of the classes that a pickle names. Only their source files are read.
 */
export async function readModuleClasses(
  container: Container,
  section: PickleSection,
  findings: FindingList,
): Promise<ModuleClasses> {
  const modules = new Set(
    section.graph.globals.map((global) => global.module).filter((name) => name.startsWith('__torch__')),
  );
  const records = new Map(container.records.map((record) => [record.name, record]));
  const classes = new Map<string, ModuleClass>();
  for (const module of modules) {
    const record = records.get(codeRecordName(module));
    if (record === undefined) {
      continue;
    }
    try {
      const code = new TextDecoder().decode(await container.readRecord(record, maxCodeBytes));
      for (const [name, found] of parseClasses(code)) {
        classes.set(`${module}.${name}`, found);
      }
    } catch (error) {
      if (!(error instanceof CheckpointError) || error.code === 'cancelled' || error.code === 'io') {
        throw error;
      }
      findings.add('warning', 'code-unreadable', { entry: record.name, args: [error.code] });
    }
  }
  return classes;
}
