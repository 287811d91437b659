"""Records what a model's constructor draws from torch's random number generator, without drawing it."""

import contextlib
import dataclasses

import torch
from torch.utils._python_dispatch import TorchDispatchMode

_DRAWS = {"aten::uniform_": "uniform", "aten::normal_": "normal"}
_CONSTANTS = {"aten::zero_", "aten::fill_"}


@dataclasses.dataclass(frozen=True)
class Event:
    """One filling of a tensor. `numbers` are low and high, mean and std, mean, std, low and high, or the constant."""

    storage: int
    shape: tuple
    kind: str
    numbers: tuple


class Recorder(TorchDispatchMode):
    """
    Lists the random fillings in their order, and the constant ones of tensors that were filled at random before.

    Nothing random is run, so that the pages of big models are never touched. Raises on any other in-place operation on
    a tensor drawn at random: its values would not be what the list says.
    """

    def __init__(self):
        super().__init__()
        self.events = []
        self._drawn = {}

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        name = func.name().split(".")[0]
        if name in _DRAWS:
            self.draw(args[0], _DRAWS[name], (*args[1:], *(0.0, 1.0)[len(args) - 1 :]))
            return args[0]
        if name.endswith("_") and args and self._is_drawn(args[0]):
            if name not in _CONSTANTS:
                raise NotImplementedError(f"{name} on a tensor drawn at random")
            self._overwrite(args[0], args[1] if name == "aten::fill_" else 0.0)
        if torch.Tag.nondeterministic_seeded in func.tags:
            raise NotImplementedError(f"{name} draws random numbers")
        return func(*args, **kwargs)

    def draw(self, tensor, kind, numbers):
        if tensor.dtype != torch.float32 or not _is_whole(tensor):
            raise NotImplementedError(f"{kind} of a part of a tensor, or of {tensor.dtype}")
        storage = tensor.untyped_storage()
        # Kept alive, since the address is its identity.
        self._drawn[storage._cdata] = storage
        self._add(tensor, kind, numbers)

    def _overwrite(self, tensor, value):
        # A part set to a constant can stay unexplained as long as the whole is set afterwards.
        self._add(tensor, "constant" if _is_whole(tensor) else "part", (value,))

    def _add(self, tensor, kind, numbers):
        storage = tensor.untyped_storage()._cdata
        self.events.append(Event(storage, tuple(tensor.shape), kind, tuple(float(number) for number in numbers)))

    def _is_drawn(self, tensor):
        return isinstance(tensor, torch.Tensor) and tensor.untyped_storage()._cdata in self._drawn


def _is_whole(tensor):
    return tensor.numel() * tensor.element_size() == tensor.untyped_storage().nbytes() and tensor.is_contiguous()


@contextlib.contextmanager
def recording():
    """Records everything constructed inside; `trunc_normal_` as what it is, not as the draws and rejections it is made of."""
    recorder = Recorder()
    real = torch.nn.init.trunc_normal_

    def trunc_normal(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None):
        recorder.draw(tensor, "truncNormal", (mean, std, a, b))
        return tensor

    torch.nn.init.trunc_normal_ = trunc_normal
    try:
        with recorder:
            yield recorder
    finally:
        torch.nn.init.trunc_normal_ = real
