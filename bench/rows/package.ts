import { statSync } from 'node:fs';
import { numbers, runJson } from '../measure';
import { atMost, megabytes, type Row } from '../table';
import type { Tools } from '../tools';

const sizes =
  'import json, sys, zipfile; print(json.dumps({"sizes": [i.file_size for i in zipfile.ZipFile(sys.argv[1]).infolist()]}))';

export function packageRows({ packed }: Tools): Row[] {
  const vsix = packed();
  const installed = numbers(runJson('python3', ['-c', sizes, vsix]), 'sizes').reduce((sum, size) => sum + size, 0);
  return [
    {
      work: 'the packed VSIX',
      ours: `${megabytes(statSync(vsix).size)}, installed ${megabytes(installed)}`,
      peers: ['–'],
      marks: [atMost(megabytes(installed), installed / 1e6, 30, ' MB')],
    },
  ];
}
