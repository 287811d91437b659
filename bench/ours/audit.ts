import { auditRecords } from '../../src/core/audit/auditRecords';
import { openFile } from '../../src/core/bytes/fileSource';
import { openCheckpoint } from '../../src/core/checkpoint/open';

/** Usage: node audit.mjs FILE. What picklescan does, with this program: every import of every record, with its verdict. */
const source = await openFile(process.argv[2] ?? '');
const checkpoint = await openCheckpoint(source);
const { imports } = await auditRecords(checkpoint);
await source.close();
const count = (verdict: string): number => imports.filter((one) => one.verdict === verdict).length;
console.log(JSON.stringify({ allowed: count('allowed'), unknown: count('unknown'), dangerous: count('dangerous') }));
