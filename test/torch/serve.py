"""`serve.py FOLDER`: runs scripts of this folder for whoever connects to one of two sockets in FOLDER, each in a fork of a process
that has imported what costs seconds: `torch` alone, or `optimizers` with what `torch.optim` imports besides (which puts names on
the list of `weights_only`). Prints torch's version once it listens, and ends when its standard input does.

A connection is one run: a line of JSON (`script`, `args`, `seconds` that it may take, `inputBytes`), the input, and back a line
of JSON (`status`, `outputBytes`, `errorBytes`), the output and the errors. One that ends without an answer was killed."""

import json
import os
import runpy
import select
import signal
import socket
import sys
import tempfile
import traceback

# What scripts import most. Nothing is computed here, for threads do not survive a fork.
import numpy  # noqa: F401
import torch

folder = os.path.dirname(os.path.abspath(__file__))


def run(script, args):
    """The script's exit status; it reads and writes the standard streams."""
    sys.argv = [os.path.join(folder, script), *args]
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
        return 0
    except SystemExit as exit:
        if isinstance(exit.code, str):
            print(exit.code, file=sys.stderr)
        return exit.code if isinstance(exit.code, int) else 0 if exit.code is None else 1
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def serve(connection):
    stream = connection.makefile("rwb")
    request = json.loads(stream.readline())
    files = [tempfile.TemporaryFile() for _ in range(3)]
    signal.alarm(request["seconds"])
    remaining = request["inputBytes"]
    while remaining > 0:
        piece = stream.read(min(remaining, 1 << 20))
        if not piece:
            os._exit(1)
        files[0].write(piece)
        remaining -= len(piece)
    files[0].seek(0)
    for number, file in enumerate(files):
        os.dup2(file.fileno(), number)
    status = run(request["script"], request["args"])
    output, errors = (os.fstat(file.fileno()).st_size for file in files[1:])
    stream.write(json.dumps({"status": status, "outputBytes": output, "errorBytes": errors}).encode() + b"\n")
    for file in files[1:]:
        file.seek(0)
        while piece := file.read(1 << 20):
            stream.write(piece)
    stream.flush()


def listen(name):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(os.path.join(sys.argv[1], name))
    listener.listen(64)
    return listener


def accept(listener):
    """Forks for a connection that waits."""
    connection, _ = listener.accept()
    if os.fork() == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        serve(connection)
        os._exit(0)
    connection.close()


def serve_with_optimizers(listener):
    import torch._dynamo  # noqa: F401

    while True:
        readable, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in readable:
            os._exit(0)
        accept(listener)


def main():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    plain, optimizers = listen("torch"), listen("optimizers")
    print(torch.__version__, flush=True)
    listeners = [plain, optimizers]
    while True:
        readable, _, _ = select.select([*listeners, sys.stdin], [], [])
        if sys.stdin in readable:
            return
        if plain in readable:
            accept(plain)
        if optimizers in readable:
            # The first one who needs them waits for the import; the others are served by the same process.
            if os.fork() == 0:
                serve_with_optimizers(optimizers)
            listeners = [plain]


main()
