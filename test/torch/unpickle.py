"""Loads pickles (a JSON list of base64 texts on standard input) and prints what each of them is."""

import base64
import json
import pickle
import sys

from describe_value import describe

json.dump([describe(pickle.loads(base64.b64decode(text))) for text in json.load(sys.stdin)], sys.stdout)
