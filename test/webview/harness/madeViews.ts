import type { BrokenView } from '../../../src/protocol/messages';

/** The page of a Git LFS pointer. */
export const brokenView: BrokenView = {
  what: 'Git LFS pointer',
  asides: ['134 bytes', 'not a checkpoint'],
  title: 'The weights are not here yet',
  sentence: 'This file is a Git LFS pointer. The checkpoint itself (97.8 MB) has not been downloaded.',
  icon: 'cloud-download',
  facts: [
    { label: 'Object', value: 'sha256:11ad3fa6f1c2…a4b7e09d' },
    { label: 'Size', value: '97.8 MB (102,540,417 bytes)' },
    { label: 'Local LFS store', value: 'not found in .git/lfs/objects' },
    { label: 'Pointer', value: 'https://git-lfs.github.com/spec/v1' },
  ],
  command: {
    intro: 'Run this in the repository, then the file opens here by itself:',
    line: 'git lfs pull --include "runs/flowers102/resnet50.pth"',
  },
  primary: 'runInTerminal',
  secondary: ['openAsText', 'retry'],
  details: 'not-a-checkpoint at 0x0',
};
