"""Writes a checkpoint whose saving takes a while: `large_file.py FILE MEGABYTES`."""

import json
import sys

import torch

torch.save({"epoch": 3, "weight": torch.zeros(int(sys.argv[2]) * 262144)}, sys.argv[1])
print(json.dumps(None))
