"""Imports torchvision beside a CPU build of torch, where its compiled operators cannot be loaded."""

import torch

# torchvision refuses to be imported where these names are unknown. Its models are plain Python: what the operators do is only
# asked for when a detection model runs, so any signature serves.
_OPERATORS = ["nms", "qnms", "qroi_align"] + [
    name
    for operator in ("roi_align", "roi_pool", "ps_roi_align", "ps_roi_pool", "deform_conv2d")
    for name in (operator, f"_{operator}_backward")
]


def _declare_operators():
    library = torch.library.Library("torchvision", "DEF")
    for name in _OPERATORS:
        library.define(f"{name}(Tensor input) -> Tensor")
    return library


try:
    import torchvision
except RuntimeError:
    # The library has to stay alive, or its names go with it.
    _library = _declare_operators()
    import torchvision

__all__ = ["torchvision"]
