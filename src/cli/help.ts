/** What `--help` prints. English only, like all of the command line. */

export const generalHelp = `ptckpt: look into PyTorch checkpoints without running them and without reading the weights

usage:
  ptckpt inspect FILE [--json] [--keys GLOB]... [--digest]
  ptckpt export FILE [KEY]... -o OUT.csv|OUT.json|OUT.md

  ptckpt COMMAND --help      more about a command

exit status:
    0  done
    2  the file yields nothing, the arguments are wrong, nothing matched, or writing failed
  130  cancelled (Ctrl+C)
`;

const inspectHelp = `usage: ptckpt inspect FILE [--json] [--keys GLOB]... [--digest]

Lists what is in a checkpoint: its tensors and values in file order, one a line, then what torch.load would import and
what is odd about the file. Reads the directory and the pickles of the file, never a weight, unless --digest is given.

  --json       one JSON document instead of text
  --keys GLOB  only entries whose key matches: * is any run of characters, dots too, ? is one, \\ takes the next as it is;
               may be given more than once
  --digest     SHA-256 of the contents of each tensor listed, and one of all of them; reads the weights
  --help       this text

A line of the text is: dtype, shape, device, size, CRC-32 of the record that holds the tensor (where the file has one;
with --digest the SHA-256 of the tensor elsewhere), key. For git diff:
  git config diff.checkpoint.textconv "ptckpt inspect"    and in .gitattributes:    *.pt diff=checkpoint
`;

const exportHelp = `usage: ptckpt export FILE [KEY]... -o OUT

Writes the rows of the checkpoint's tree as a table, without the numbers in its tensors: all of them, or those named.
The suffix of OUT says the format: .csv, .json or .md. OUT is replaced as a whole.

  KEY               a key as inspect shows it (an entry, or everything below it), or a path as a JSON array
  -o, --output OUT  where to write
  --json            report failures as JSON on stdout too
  --help            this text
`;

/** @returns undefined when there is no such command. */
export function commandHelp(command: string | undefined): string | undefined {
  switch (command) {
    case 'inspect':
      return inspectHelp;
    case 'export':
      return exportHelp;
    default:
      return undefined;
  }
}
