"""Prints the versions that the tests compare with."""

import json
import sys

import torch

print(json.dumps({"torch": torch.__version__, "python": list(sys.version_info[:2]), "input": sys.stdin.read()}))
