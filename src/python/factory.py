"""Builds the model of somebody's own factory, and says which keys, shapes and modules it has.

    python factory.py    with a request on standard input: one line of JSON, see `src/core/python/factory.ts`

The reply is one line of JSON on what was standard output at the start. Before any other code runs, standard output is
joined to standard error, so that nothing which that code prints can get between. Standard input stays open for as long
as the program that asked wants an answer: where it ends, so does this process, with all that it has started.

Needs Python 3.8 and torch; runs as `__main__` only, so that no module of the factory's can be taken for this one.
"""

import ast
import contextlib
import difflib
import faulthandler
import importlib
import inspect
import json
import os
import re
import signal
import sys
import sysconfig
import threading
import traceback
import weakref

MAX_TEXT = 8_000
MAX_MESSAGE = 500
MAX_NAME = 200
MAX_KEYS = 1_000_000
FIRST_FRAMES = 5
LAST_FRAMES = 15


class Failure(Exception):
    """What the one who asked is told: a kind, and facts by name."""

    def __init__(self, kind, **facts):
        super().__init__(kind)
        self.reply = {"kind": kind, **facts}


# What runs before the factory


def own_channels():
    """The pipes of the request and the reply; whatever runs from here on sees an empty input and one output."""
    request, reply = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return os.fdopen(request, "rb"), reply


def end_with_parent(request):
    """Nobody waits any more where the request's pipe ends: no process may stay behind."""

    def watch():
        request.read()
        if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
            os.killpg(os.getpid(), signal.SIGKILL)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def import_torch():
    """Before the factory's folders are looked in: a `types.py` of theirs is not for torch."""
    try:
        import torch
    except ModuleNotFoundError as error:
        if error.name == "torch":
            raise Failure("no-torch", executable=sys.executable, version=sys.version.split()[0]) from error
        raise Failure("torch-fails", message=headline(error)) from error
    except BaseException as error:
        raise Failure("torch-fails", message=headline(error)) from error
    return torch


# The expression: a dotted name, or a call of one with literals. Parsed, never evaluated


def parsed(text):
    """The names to follow, and the arguments to give them, which are None where nothing is called."""
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise no_expression(text) from error
    if not isinstance(node, ast.Call):
        return dotted(node, text), None
    given = {}
    for keyword in node.keywords:
        if keyword.arg is None or keyword.arg in given:
            raise no_expression(text, keyword.value)
        given[keyword.arg] = literal(keyword.value, text)
    return dotted(node.func, text), ([literal(argument, text) for argument in node.args], given)


def dotted(node, text):
    names = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        raise no_expression(text, node)
    return [node.id, *names]


def literal(node, text):
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError) as error:
        raise no_expression(text, node) from error


def no_expression(text, node=None):
    part = None if node is None else ast.get_source_segment(text.strip(), node)
    return Failure("bad-expression", part=cut(part or text, MAX_NAME))


# Finding and calling the factory


def imported(name, folders):
    sys.path[:] = [*folders, *(path for path in sys.path if path not in folders)]
    importlib.invalidate_caches()
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if missing and (name == missing or name.startswith(missing + ".")):
            raise Failure("module-not-found", name=missing, folders=[path for path in sys.path if path]) from error
        if not missing:
            raise import_raised(name, error) from error
        raise Failure("dependency-not-found", name=missing, module=name, traceback=their_traceback(error)) from error
    except BaseException as error:
        raise import_raised(name, error) from error


def import_raised(name, error):
    return Failure("import-raised", module=name, message=headline(error), traceback=their_traceback(error))


def found(module, names):
    value = module
    for name in names:
        try:
            value = getattr(value, name)
        except AttributeError as error:
            place = getattr(module, "__file__", None) or module.__name__
            near = difflib.get_close_matches(name, [each for each in dir(value) if not each.startswith("_")], 3)
            raise Failure("no-attribute", name=".".join(names), place=place, near=near) from error
    return value


def called(factory, arguments):
    positional, given = arguments or ([], {})
    try:
        return factory(*positional, **given)
    except TypeError as error:
        # Raised by the call itself, not by what was called.
        if error.__traceback__ is not None and error.__traceback__.tb_next is None:
            raise wrong_arguments(factory, positional, given, error) from error
        raise


def wrong_arguments(factory, positional, given, error):
    try:
        signature = inspect.signature(factory)
        known = signature.bind_partial(*positional, **given).arguments
    except (TypeError, ValueError):
        return Failure("bad-arguments", message=headline(error))
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    missing = [
        name
        for name, parameter in signature.parameters.items()
        if parameter.default is parameter.empty and parameter.kind not in variadic and name not in known
    ]
    if not missing:
        return Failure("bad-arguments", message=headline(error))
    return Failure("missing-arguments", names=missing, signature=cut(str(signature), MAX_NAME))


def built(torch, factory, arguments):
    """The model, how much of it was allocated, and why more than nothing where that is so."""
    if isinstance(factory, torch.nn.Module) and arguments is None:
        return factory, "cpu", None
    if not callable(factory):
        raise Failure("not-callable", what=described(factory))
    why = None
    for device, place in places(torch):
        try:
            with place:
                return called(factory, arguments), device, why
        except Failure:
            raise
        except BaseException as error:
            if device == "cpu" or not needs_values(error):
                raise Failure("raised", message=headline(error), traceback=their_traceback(error)) from error
            why = why or headline(error)
    raise AssertionError("the last place is the CPU")


def places(torch):
    """From nothing allocated to everything: shapes alone, all values but those of the parameters, all values."""
    if hasattr(torch.device, "__enter__"):
        yield "meta", on_meta(torch)
    yield "values", without_parameters(torch)
    yield "cpu", contextlib.nullcontext()


@contextlib.contextmanager
def on_meta(torch):
    """Everything on the meta device, and `.to(device)`, `.cuda()`, `.cpu()` leave it there: there is nothing to move."""
    tensor = torch.Tensor
    to_device = {tensor.cuda, tensor.cpu, getattr(tensor, "xpu", None), getattr(tensor, "ipu", None)} - {None}
    devices = (str, int, torch.device)

    class StayOnMeta(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            kwargs = kwargs or {}
            if args and isinstance(args[0], tensor) and args[0].is_meta:
                if function in to_device:
                    return args[0]
                if function is tensor.to:
                    args = tuple(stays(each) if index else each for index, each in enumerate(args))
                    kwargs = {name: "meta" if name == "device" else stays(each) for name, each in kwargs.items()}
            return function(*args, **kwargs)

    def stays(argument):
        if isinstance(argument, tensor):
            return argument.to("meta")
        return "meta" if isinstance(argument, devices) and not isinstance(argument, bool) else argument

    with torch.device("meta"), StayOnMeta():
        yield


@contextlib.contextmanager
def without_parameters(torch):
    """Tensors have values, but a parameter loses them where it becomes one of a module's: one at a time is allocated."""
    register = torch.nn.Module.register_parameter
    replaced = {}

    def registered(module, name, parameter):
        register(module, name, parameter)
        if isinstance(parameter, torch.nn.Parameter) and not torch.nn.parameter.is_lazy(parameter):
            module._parameters[name] = without_values(parameter)

    def without_values(parameter):
        """The same one for a parameter that several modules share; only a weak reference keeps its values free to go."""
        if parameter.is_meta:
            return parameter
        known, other = replaced.get(id(parameter), (lambda: None, None))
        if known() is not parameter:
            other = torch.nn.Parameter(parameter.detach().to("meta"), parameter.requires_grad)
            replaced[id(parameter)] = (weakref.ref(parameter), other)
        return other

    torch.nn.Module.register_parameter = registered
    try:
        yield
    finally:
        torch.nn.Module.register_parameter = register


def needs_values(error):
    """Whether the meta device is what this, or what it came from, complains of."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if re.search(r"\bmeta\b", str(error), re.IGNORECASE):
            return True
        error = error.__cause__ or error.__context__
    return False


# What is told of the model


def model_reply(torch, model, device, why):
    if not isinstance(model, torch.nn.Module):
        raise Failure("not-a-module", what=described(model))
    try:
        state = model.state_dict()
        parameters = dict(model.named_parameters(remove_duplicate=False))
        buffers = dict(model.named_buffers(remove_duplicate=False))
        modules = list(model.named_modules(remove_duplicate=False))
    except BaseException as error:
        raise Failure("raised", message=headline(error), traceback=their_traceback(error)) from error
    count = max(len(state), len(buffers), len(modules))
    if count > MAX_KEYS:
        raise Failure("too-many-keys", count=count, limit=MAX_KEYS)
    owners = {}
    described_keys = [key_reply(torch, key, value, parameters, buffers, owners) for key, value in state.items()]
    temporary = [(key, value) for key, value in buffers.items() if key not in state]
    return {
        "class": class_name(model),
        "keys": described_keys,
        "notSaved": [key_reply(torch, key, value, parameters, buffers, owners) for key, value in temporary],
        "modules": [module_reply(torch, name, module) for name, module in modules],
        "device": device,
        "why": why,
        "python": {"executable": sys.executable, "version": sys.version.split()[0], "torch": str(torch.__version__)},
    }


def key_reply(torch, key, value, parameters, buffers, owners):
    """Neither the shape of a lazy module's parameter is known, nor is that of what is no tensor (`_extra_state`)."""
    owner = parameters.get(key, buffers.get(key))
    first = key if owner is None else owners.setdefault(id(owner), key)
    is_tensor = isinstance(value, torch.Tensor)
    return {
        "key": key,
        "shape": list(value.shape) if is_tensor and not torch.nn.parameter.is_lazy(value) else None,
        "dtype": str(value.dtype).split(".")[-1] if is_tensor else None,
        "role": "parameter" if key in parameters else "buffer" if key in buffers else None,
        "requiresGrad": bool(key in parameters and owner.requires_grad),
        "sameAs": None if first == key else first,
    }


def module_reply(torch, name, module):
    reply = {"prefix": name, "class": class_name(module), "training": bool(module.training), "norm": None}
    # What BatchNorm and InstanceNorm, in all their dimensions and synchronised, have in common.
    if isinstance(module, torch.nn.modules.batchnorm._NormBase):
        reply["norm"] = {
            "features": int(module.num_features),
            "affine": bool(module.affine),
            "trackRunningStats": bool(module.track_running_stats),
            "momentum": None if module.momentum is None else float(module.momentum),
            "eps": float(module.eps),
        }
    return reply


def class_name(value):
    return cut("{}.{}".format(type(value).__module__, type(value).__qualname__), MAX_NAME)


def described(value):
    """`dict`, `tuple of Net, Compose`, `class models.Net`: what a person needs to see what came back."""
    if isinstance(value, type):
        return cut("class {}.{}".format(value.__module__, value.__qualname__), MAX_NAME)
    name = type(value).__qualname__
    if isinstance(value, (tuple, list)) and 0 < len(value) <= 4:
        return cut("{} of {}".format(name, ", ".join(type(each).__qualname__ for each in value)), MAX_NAME)
    return cut(name, MAX_NAME)


# What is told of an error


def their_traceback(error):
    """As Python prints it, with the frames of their own files alone, where there are any."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename != __file__]
    frames = [frame for frame in frames if not frame.filename.startswith("<frozen ")]
    theirs = [frame for frame in frames if is_theirs(frame.filename)] or frames[-FIRST_FRAMES:]
    lines = traceback.format_list(theirs)
    if len(lines) > FIRST_FRAMES + LAST_FRAMES:
        lines[FIRST_FRAMES:-LAST_FRAMES] = ["  …\n"]
    head = "Traceback (most recent call last):\n" if lines else ""
    return head + cut("".join(lines), MAX_TEXT) + cut("".join(exception_lines(error)).rstrip(), MAX_TEXT)


def is_theirs(path):
    installed = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    return not path.startswith("<") and not any(path.startswith(folder + os.sep) for folder in installed if folder)


def headline(error):
    """`ValueError: the first line of its message`."""
    try:
        message = str(error).strip()
    except Exception:
        message = ""
    name = type(error).__name__
    return cut("{}: {}".format(name, message.split("\n")[0]) if message else name, MAX_MESSAGE)


def exception_lines(error):
    return traceback.format_exception_only(type(error), error)


def cut(text, length):
    if len(text) <= length:
        return text
    return text[: length // 2] + " … " + text[-(length // 2) :]


def answer(request):
    names, arguments = parsed(request["expression"])
    torch = import_torch()
    module = imported(request["module"], request["folders"])
    model, device, why = built(torch, found(module, names), arguments)
    return {"model": model_reply(torch, model, device, why)}


def main():
    pipe, reply_pipe = own_channels()
    request = json.loads(pipe.readline())
    end_with_parent(pipe)
    # Where it hangs, for those who are told that it did.
    faulthandler.dump_traceback_later(request["dumpAfter"], file=os.dup(2))
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if path != here]
    try:
        reply = answer(request)
    except Failure as failure:
        reply = {"failure": failure.reply}
    left = json.dumps(reply).encode("ascii") + b"\n"
    while left:
        left = left[os.write(reply_pipe, left) :]
    # Threads, children and exit handlers of the factory's are not waited for.
    os._exit(0)


if __name__ == "__main__":
    main()
