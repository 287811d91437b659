/** What `--help` prints. English only, like all of the command line. */

export const generalHelp = `ptckpt: look into PyTorch checkpoints and edit them, without running them and without loading the weights

usage:
  ptckpt inspect FILE [--json] [--keys GLOB]... [--digest]
  ptckpt edit FILE (-o OUT | --in-place [--append]) OPERATION...
  ptckpt export FILE [KEY]... -o OUT.csv|OUT.json|OUT.md

  ptckpt COMMAND --help      more about a command

exit status:
    0  done
    2  the file yields nothing, the arguments are wrong, an edit or export matched nothing or cannot be
       done, or writing failed
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

const editHelp = `usage: ptckpt edit FILE (-o OUT | --in-place [--append]) OPERATION...

Edits a checkpoint without loading it: the pickle is written anew, the weights are copied. OUT is replaced as a whole,
and whatever goes wrong leaves the old file as it was. Operations apply in the order given.

  -o, --output OUT         where to write
  --in-place               write FILE itself
  --append                 put the new pickle behind the old bytes, in milliseconds for any size; refused where more
                           than the pickle changes. What was removed stays in the file until --compact

  --keep GLOB              only what matches stays; all of them are one operation
  --drop GLOB              what matches goes. In both, a key without * and ? also means everything below it
  --rename REGEX=TEXT      replace every match in each key of the state dicts; JavaScript's syntax, TEXT may hold $1
  --strip-prefix P         take P from the beginning of each key
  --add-prefix P           put P before each key
  --in PATH                the dict whose keys the renamings after it change
  --duplicate PATH=NEWKEY  the same tensor or value once more, its storage shared
  --move PATH=INDEX        to another place among its siblings, counted from 0

  --remap FROM=TO          storages on one device to another; all of them are one map, so that a swap works
  --map-location EXPR      the same as torch.load's map_location, in any form that it takes; read, never run
  --cast DTYPE[=GLOB]      floating tensors, rounded as torch does; tied weights stay tied
  --set PATH=LITERAL       a value, as a Python literal; added where there is none
  --requires-grad PATH=True|False
  --train PATH, --eval PATH    the mode of pickled modules
  --plain-values           what weights_only refuses becomes plain values: numpy scalars, Namespaces and the like

  --extract PATH           the file becomes what is at PATH; of a pickled module its state dict
  --wrap KEY[,NAME=LITERAL]...   the file becomes a dict with what it was under KEY, and values beside it
  --add KEY=FILE[#PATH]    what is in another file, or at PATH of it, comes to stand under KEY

These hold for the whole command and run last:
  --optimizer reset|renumber|drop   state of parameters that are gone or have another shape is cleared; those that are
                           gone are taken out of the groups too, and the others close up; the optimizer goes
  --compact                storages are cut to what tensors use of them, and records that are no part of it dropped
  --to zip|legacy|safetensors   the format; else that of FILE, or the one that the suffix of OUT says
  --help                   this text

PATH and KEY are a key as inspect shows it, or a path as a JSON array; [] is the root. GLOB: * is any run of characters,
dots too, ? is one, \\ takes the next as it is.
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
    case 'edit':
      return editHelp;
    case 'export':
      return exportHelp;
    default:
      return undefined;
  }
}
