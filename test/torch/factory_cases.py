"""Asks src/python/factory.py, many times in one process: importing torch anew for each would take minutes.

Standard input: {"script": path, "folders": [path], "cases": [{"module", "expression"}]}; prints {"replies": [reply], "peakBytes": n}.
"""

import contextlib
import importlib.util
import json
import resource
import sys

given = json.load(sys.stdin)
spec = importlib.util.spec_from_file_location("factory_script", given["script"])
script = importlib.util.module_from_spec(spec)
spec.loader.exec_module(script)


def reply(case):
    try:
        return script.answer({**case, "folders": given["folders"]})
    except script.Failure as failure:
        return {"failure": failure.reply}


with contextlib.redirect_stdout(sys.stderr):
    replies = [reply(case) for case in given["cases"]]
unit = 1 if sys.platform == "darwin" else 1024
print(json.dumps({"replies": replies, "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit}))
