import type { Checkpoint, Import } from '../checkpoint/checkpoint';
import { RecordScan, type ScanOptions } from './recordScan';

/**
 * A checkpoint whose imports and findings are those of every pickle in the file, whatever its record is called and whether
 * or not torch would read it. Opening reads the checkpoint's own pickles; this looks at what is left: a few bytes of each
 * record that is no pickle, and never at a storage that the checkpoint uses.
 * @throws CheckpointError `cancelled`, and what the file system says.
 */
export async function auditRecords(checkpoint: Checkpoint, options: ScanOptions = {}): Promise<Checkpoint> {
  const scan = new RecordScan(checkpoint.container, options);
  await scan.run();
  const known = new Set(checkpoint.imports.map(keyOf));
  const found = scan.imports().filter((one) => !known.has(keyOf(one)));
  return {
    ...checkpoint,
    imports: [...checkpoint.imports, ...found],
    findings: [...checkpoint.findings, ...scan.findings],
  };
}

/** Of a record that stands twice in an archive either pickle may be read, and both may name the same. */
function keyOf({ name, section, unread }: Import): string {
  return JSON.stringify([name, section, unread]);
}
