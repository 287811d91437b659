"""Runs pieces of Python, each in a process of its own as a user would, and prints what came of them.

Usage: run_snippets.py FOLDER. Standard input: {name: python text}. Output: {name: "" or the last line of the error}.
"""

import json
import os
import sys

import torch  # noqa: F401  imported once, before the processes fork


def main():
    os.chdir(sys.argv[1])
    answers = {}
    for name, text in json.load(sys.stdin).items():
        reader, writer = os.pipe()
        if os.fork() == 0:
            try:
                exec(compile(text, name, "exec"), {"__name__": "__main__"})
                answer = ""
            except Exception as error:
                answer = f"{type(error).__name__}: {error}".strip().splitlines()[-1]
            os.write(writer, answer.encode()[:4000] or b" ")
            os._exit(0)
        os.close(writer)
        answers[name] = os.read(reader, 4096).decode().strip()
        os.close(reader)
        os.wait()
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
