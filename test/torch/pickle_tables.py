"""Python's own tables: the opcodes of pickletools, and what _compat_pickle renames, as JSON."""

import _compat_pickle
import json
import pickletools
import sys

json.dump(
    {
        "opcodes": [[ord(opcode.code), opcode.name, opcode.proto, opcode.arg and opcode.arg.name] for opcode in pickletools.opcodes],
        "names": [[*python2, *python3] for python2, python3 in _compat_pickle.NAME_MAPPING.items()],
        "modules": list(_compat_pickle.IMPORT_MAPPING.items()),
        "writtenNames": [[*python3, *python2] for python3, python2 in _compat_pickle.REVERSE_NAME_MAPPING.items()],
        "writtenModules": list(_compat_pickle.REVERSE_IMPORT_MAPPING.items()),
    },
    sys.stdout,
)
