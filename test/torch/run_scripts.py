"""Runs each NAME.py of a folder, which writes NAME.script, and compares that with NAME.out.

run_scripts.py FOLDER  prints {name: what differs}
"""

import collections
import json
import os
import pathlib
import sys
import traceback

import torch

from edit_cases import FreeAliases, differences


def main(folder):
    os.chdir(folder)
    results = {}
    for script in sorted(folder.glob("*.py")):
        name = script.stem
        try:
            exec(compile(script.read_text("utf-8"), script.name, "exec"), {"__name__": name})
            made, ours = (torch.load(f"{name}.{end}", weights_only=False) for end in ["script", "out"])
            aliases = FreeAliases() if name == "compact" else {}
            results[name] = differences("", made, ours, aliases) + differences("", ours, made, FreeAliases())
        except BaseException as error:
            line = traceback.extract_tb(error.__traceback__)[-1]
            results[name] = [f"{type(error).__name__}: {error} ({line.filename}:{line.lineno})"]
        # What a script that fails leaves behind is not taken for another one's.
        assert isinstance(results[name], list)
    print(json.dumps({name: found for name, found in results.items() if found}))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
