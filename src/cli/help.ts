/** What `--help` prints. English only, like all of the command line. */

export const generalHelp = `ptckpt: look into PyTorch checkpoints and edit them, without running them and without loading the weights

usage:
  ptckpt inspect FILE [--json] [--keys GLOB]... [--digest]
  ptckpt edit FILE (-o OUT | --in-place [--append]) OPERATION...
  ptckpt match FILE[#PATH] TARGET[#PATH] [--num-classes N] [--python EXE] [--apply-prefix] [--apply-names] [--update]
               [--seed N] [-o OUT]
  ptckpt export FILE [KEY]... -o OUT.csv|OUT.json|OUT.md
  ptckpt plan FILE[#PATH] --data little|much --similar yes|no [--k N] [--classes N] [--script OUT.py] [-o OUT]
  ptckpt snippet FILE --kind KIND [--device DEVICE]

  ptckpt COMMAND --help      more about a command

exit status:
    0  done
    1  match: nothing of the file loads
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

  --replace LAYER=CALL     a layer becomes another one, as in Python: 'fc=nn.Linear(2048, 120)'; weight and bias are one
                           draw, with the bits of torch.manual_seed(N) and that call; in a pickled module its attributes
                           change with it. CALL is read, never run
  --resize KEY=SHAPE       a tensor gets another shape: what both have stays, the rest is drawn as its layer's default

  --seed N                 of each --replace and --resize; 0 unless given
  --init NAME              of each --replace: default, zeros, xavier_uniform, xavier_normal, kaiming_uniform,
                           kaiming_normal, normal, trunc_normal, orthogonal; overlap keeps what old and new sizes have

These hold for the whole command and run last:
  --optimizer reset|renumber|drop   state of parameters that are gone or have another shape is cleared; those that are
                           gone are taken out of the groups too, and the others close up; the optimizer goes
  --compact                storages are cut to what tensors use of them, and records that are no part of it dropped
  --to zip|legacy|safetensors   the format; else that of FILE, or the one that the suffix of OUT says
  --help                   this text

PATH and KEY are a key as inspect shows it, or a path as a JSON array; [] is the root. GLOB: * is any run of characters,
dots too, ? is one, \\ takes the next as it is.
`;

const matchHelp = `usage: ptckpt match FILE[#PATH] TARGET[#PATH] [--num-classes N] [--python EXE] [--apply-prefix]
                    [--apply-names] [--update] [--seed N] [--json] [-o OUT]

Says what of a checkpoint loads into a model, and what does not: what load_state_dict(strict=False) would report, before
it is run. Without PATH the file's own state dict is taken.

TARGET is one of
  a checkpoint, a list of keys {"KEY": [SHAPE]} (.json), or the text of an error by load_state_dict (.txt)
  torchvision:NAME         a model of torchvision, by what the extension knows of it
  python:PACKAGE.MODULE:CALLABLE, python:PACKAGE.MODULE:Net(num_classes=120)
                           what that makes; runs code, with the interpreter of --python

  --num-classes N          classes of a torchvision model; else its own
  --python EXE             the interpreter, which has torch
  --apply-prefix           strip or add the prefix that is proposed, then match
  --apply-names            rename as proposed, where that is certain or likely, then match
  -o, --output OUT         write the matching keys
  --update                 write every key of the model: the others from TARGET's file, else afresh
  --seed N                 of what is made afresh, as after torch.manual_seed(N); 0 unless given
  --json                   one JSON document instead of text
  --help                   this text

The exit status is 1 when nothing loads.
`;

const exportHelp = `usage: ptckpt export FILE [KEY]... -o OUT

Writes the rows of the checkpoint's tree as a table, without the numbers in its tensors: all of them, or those named.
The suffix of OUT says the format: .csv, .json or .md. OUT is replaced as a whole.

  KEY               a key as inspect shows it (an entry, or everything below it), or a path as a JSON array
  -o, --output OUT  where to write
  --json            report failures as JSON on stdout too
  --help            this text
`;

const planHelp = `usage: ptckpt plan FILE[#PATH] --data little|much --similar yes|no [--k N] [--classes N] [--seed N]
                   [--script OUT.py] [-o OUT] [--json]

Plans fine-tuning: which groups of layers are kept, frozen or begun afresh, and how many parameters that trains. PATH is
the state dict or module in the file, where it holds several.

  --data little|much     how much data there is
  --similar yes|no       whether it is like what the network was trained on
                         little, yes: everything frozen, a new head   little, no: k groups frozen, a new head
                         much, yes: all weights kept, all trained     much, no: the structure with fresh weights
  --k N                  groups to freeze, from the input side; else half of them for little, no, none for much, yes
  --classes N            classes of the new head; else as many as in the file
  --seed N               of fresh weights, as after torch.manual_seed(N); 0 unless given. Those of a torchvision model
                         are what its own constructor draws, else the layers' defaults
  --script OUT.py        write the plan as Python
  -o, --output OUT       write the checkpoint that the plan begins with
  --json                 one JSON document instead of the table
  --help                 this text
`;

const snippetHelp = `usage: ptckpt snippet FILE --kind KIND [--device DEVICE]

Prints Python for exactly this file, that runs as pasted: loading and saving it in every form, map_location, the names
that weights_only=True needs, moving to a GPU. Where the file does not tell the model's class, a line is to be filled
in.

  --kind KIND      one of those that --kind list prints, a line each, with what it does or why this file cannot have it
  --device DEVICE  where tensors go, as torch names it: cuda:1; else cpu for loading, the GPU at hand for moving
  --help           this text
`;

/** @returns undefined when there is no such command. */
export function commandHelp(command: string | undefined): string | undefined {
  switch (command) {
    case 'inspect':
      return inspectHelp;
    case 'edit':
      return editHelp;
    case 'match':
      return matchHelp;
    case 'export':
      return exportHelp;
    case 'plan':
      return planHelp;
    case 'snippet':
      return snippetHelp;
    default:
      return undefined;
  }
}
