"""`run_code.py FOLDER`: runs the Python on standard input in FOLDER and prints what it has loaded as `ckpt`, key by key."""

import json
import os
import sys

os.chdir(sys.argv[1])
names = {}
exec(sys.stdin.read(), names)
print(json.dumps({key: type(value).__name__ for key, value in names["ckpt"].items()}))
