import type { Import, Path } from '../checkpoint/checkpoint';
import type { PyGlobal } from '../pickle/values';
import { maxUsePaths, type GlobalUses } from './uses';
import { judge, type Judgement } from './verdict';

interface Row extends Judgement {
  readonly section: string;
  readonly unread: boolean;
  readonly paths: Path[];
  pathCount: number;
  uses: number;
}

/** Imports by name and record, as they are met. */
export class ImportTable {
  private readonly rows = new Map<string, Row>();

  constructor(private readonly uses: GlobalUses) {}

  add(global: PyGlobal, protocol: number, place: { section: string; unread: boolean }): Judgement {
    const judged = judge(global, protocol);
    const row = this.row(judged, place);
    const use = this.uses.get(global);
    row.uses += use?.uses ?? 1;
    row.pathCount += use?.pathCount ?? 0;
    row.paths.push(...(use?.paths ?? []).slice(0, maxUsePaths - row.paths.length));
    return judged;
  }

  imports(): Import[] {
    return [...this.rows.values()];
  }

  private row(judged: Judgement, { section, unread }: { section: string; unread: boolean }): Row {
    const key = JSON.stringify([section, judged.name, unread]);
    const known = this.rows.get(key);
    if (known !== undefined) {
      return known;
    }
    const row: Row = { ...judged, section, unread, paths: [], pathCount: 0, uses: 0 };
    this.rows.set(key, row);
    return row;
  }
}
