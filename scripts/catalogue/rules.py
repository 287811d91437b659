"""
Names the numbers of a draw by what they were computed from, so that a head of another size has a recipe too.

A rule stands for the same doubles that torch passes to `uniform_` and `normal_`: computed in the same order, equal to the bit.
"""

import math


def fans(shape):
    """fan_in and fan_out of a weight, as torch.nn.init computes them; None for what is no matrix."""
    if len(shape) < 2:
        return None
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


def _fan_rules():
    for fan in ("in", "out"):
        for gain in (math.sqrt(2.0), 1.0):
            yield {"kind": "kaimingUniform", "fan": fan, "gain": gain}
            yield {"kind": "kaimingNormal", "fan": fan, "gain": gain}
            yield {"kind": "kaimingTruncNormal", "fan": fan, "gain": gain, "low": -2.0, "high": 2.0}
        yield {"kind": "varianceNormal", "fan": fan, "gain": 2.0}
    yield {"kind": "xavierUniform"}
    yield {"kind": "rowsUniform"}


# What a layer's own reset_parameters does comes first: most draws are that, weight and bias in turn.
CANDIDATES = [{"kind": "layerDefault"}, *_fan_rules()]


def draw_of(rule, shape, weight):
    """
    The kind and numbers that a rule stands for at this shape, None where it cannot be used there.

    `weight` is the shape of the tensor called weight in the same module.
    """
    kind = rule["kind"]
    if kind == "layerDefault" and len(shape) == 1:
        return None if weight is None or fans(weight) is None else _symmetric(1 / math.sqrt(fans(weight)[0]))
    if kind == "rowsUniform":
        return _symmetric(1.0 / math.sqrt(shape[0]))
    if fans(shape) is None:
        return None
    fan_in, fan_out = fans(shape)
    if kind == "layerDefault":
        gain = math.sqrt(2.0 / (1 + math.sqrt(5) ** 2))
        return _symmetric(math.sqrt(3.0) * (gain / math.sqrt(fan_in)))
    if kind == "xavierUniform":
        return _symmetric(math.sqrt(3.0) * (1.0 * math.sqrt(2.0 / float(fan_in + fan_out))))
    fan = fan_in if rule["fan"] == "in" else fan_out
    if kind == "varianceNormal":
        return "normal", (0.0, math.sqrt(rule["gain"] / fan))
    std = rule["gain"] / math.sqrt(fan)
    if kind == "kaimingUniform":
        return _symmetric(math.sqrt(3.0) * std)
    if kind == "kaimingNormal":
        return "normal", (0.0, std)
    return "truncNormal", (0.0, std, rule["low"], rule["high"])


def _symmetric(bound):
    return "uniform", (-bound, bound)


_FIELDS = {
    "constant": ("value",),
    "uniform": ("low", "high"),
    "normal": ("mean", "std"),
    "truncNormal": ("mean", "std", "low", "high"),
}


def literal(kind, numbers):
    """The rule that says nothing but the numbers."""
    return {"kind": kind, **dict(zip(_FIELDS[kind], numbers))}


def explanations(draws):
    """
    The rules that explain one draw, the likeliest first. It was seen at several sizes of the model: `draws` are
    (kind, numbers, shape, weight's shape). Raises when there is none.
    """
    fitting = [
        rule
        for rule in CANDIDATES
        if all(draw_of(rule, shape, weight) == (kind, numbers) for kind, numbers, shape, weight in draws)
    ]
    kind, numbers, shape, _ = draws[0]
    if all((other, values) == (kind, numbers) for other, values, _, _ in draws):
        fitting.append(literal(kind, numbers))
    if not fitting:
        raise NotImplementedError(f"{kind} {numbers} of {shape}: depends on the number of classes in a way of its own")
    return fitting
