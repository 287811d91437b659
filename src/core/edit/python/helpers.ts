/** Functions that a script brings along where one line does not do. */
export type Helper =
  | 'tensors'
  | 'converted'
  | 'renameKeys'
  | 'reorder'
  | 'copied'
  | 'plain'
  | 'dropParameters'
  | 'cut'
  | 'replaceLayer'
  | 'resized'
  | 'fill';

export interface HelperText {
  readonly imports: readonly string[];
  readonly lines: string;
}

export const helperTexts: Readonly<Record<Helper, HelperText>> = {
  tensors: {
    imports: [],
    lines: `\
def tensors(value):
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, torch.nn.Module):
        yield from (*value.parameters(), *value.buffers())
    elif isinstance(value, (dict, list, tuple)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from tensors(each)`,
  },
  // A storage is kept beside what it became: its number would be given to another one.
  converted: {
    imports: [],
    lines: `\
def converted(tensor, to, done={}):
    if tensor.layout != torch.strided:
        return tensor.to(to)
    storage = tensor.untyped_storage()
    if (storage._cdata, to) not in done:
        whole = torch.empty(0, dtype=tensor.dtype, device=tensor.device).set_(storage)
        done[storage._cdata, to] = storage, whole.to(to)
    return done[storage._cdata, to][1].as_strided(tensor.shape, tensor.stride(), tensor.storage_offset())`,
  },
  renameKeys: {
    imports: [],
    lines: `\
def rename_keys(state_dict, rename, outermost=""):
    def module(name):
        renamed = rename(name + ".")
        return renamed[:-1] if renamed.endswith(".") or not renamed else name

    items = [(rename(key) if isinstance(key, str) else key, value) for key, value in state_dict.items()]
    state_dict.clear()
    for key, value in items:
        state_dict[key] = value
    metadata = getattr(state_dict, "_metadata", None)
    if metadata is not None:
        items = [(module(name) if name else outermost, name, info) for name, info in metadata.items()]
        renamed = {new for new, name, _ in items if new != name}
        metadata.clear()
        metadata.update((new, info) for new, name, info in items if new != name or new not in renamed)`,
  },
  reorder: {
    imports: [],
    lines: `\
def reorder(mapping, change):
    items = list(mapping.items())
    change(items)
    mapping.clear()
    for key, value in items:
        mapping[key] = value`,
  },
  copied: {
    imports: ['copy'],
    lines: `\
def copied(value):
    if isinstance(value, tuple):
        return tuple(map(copied, value)) if type(value) is tuple else value
    if isinstance(value, (list, set)):
        return type(value)(map(copied, value))
    if isinstance(value, dict):
        made = copy.copy(value)
        for key in made:
            made[key] = copied(made[key])
        if hasattr(made, "_metadata"):
            made._metadata = copied(made._metadata)
        return made
    return value`,
  },
  plain: {
    imports: ['argparse', 'collections', 'pathlib', 'types', 'numpy'],
    lines: `\
def plain(value):
    if isinstance(value, (argparse.Namespace, types.SimpleNamespace)):
        return plain(vars(value))
    if isinstance(value, collections.defaultdict):
        return plain(dict(value))
    if isinstance(value, dict):
        for key in value:
            value[key] = plain(value[key])
        return value
    if isinstance(value, numpy.generic):
        return value.item()
    if isinstance(value, numpy.ndarray):
        return torch.from_numpy(value)
    if isinstance(value, pathlib.PurePath):
        return str(value)
    if isinstance(value, (collections.deque, range)):
        return [plain(each) for each in value]
    if isinstance(value, frozenset):
        return set(value)
    if isinstance(value, list):
        value[:] = map(plain, value)
    return tuple(map(plain, value)) if type(value) is tuple else value`,
  },
  dropParameters: {
    imports: [],
    lines: `\
def drop_parameters(optimizer, positions):
    ids = [number for group in optimizer["param_groups"] for number in group["params"]]
    gone = {ids[position] for position in positions}
    numbers = {old: new for new, old in enumerate(number for number in ids if number not in gone)}
    state = [(numbers.get(old, old), value) for old, value in optimizer["state"].items() if old not in gone]
    optimizer["state"].clear()
    optimizer["state"].update(state)
    groups = optimizer["param_groups"]
    groups[:] = [group for group in groups if not group["params"] or not gone.issuperset(group["params"])]
    for group in groups:
        if "param_names" in group:
            pairs = zip(group["params"], group["param_names"])
            group["param_names"] = [name for old, name in pairs if old not in gone]
        group["params"] = [numbers[old] for old in group["params"] if old not in gone]`,
  },
  cut: {
    imports: [],
    lines: `\
def cut(views, start, end):
    first = views[0]
    whole = torch.empty(0, dtype=first.dtype, device=first.device).set_(first.untyped_storage())
    part = whole[start:end].clone()
    for view in views:
        view.data = part.as_strided(view.shape, view.stride(), view.storage_offset() - start)`,
  },
  replaceLayer: {
    imports: [],
    lines: `\
def replace_layer(model, name, layer, keep_overlap=False):
    is_module = isinstance(model, torch.nn.Module)
    state = model.state_dict(keep_vars=True) if is_module else model
    prefix = f"{name}." if name else ""
    old = {key[len(prefix) :]: value for key, value in state.items() if str(key).startswith(prefix)}
    floats = [value for value in (*old.values(), *state.values()) if torch.is_floating_point(value)]
    parameters = dict(layer.named_parameters())
    new = {}
    for key, value in layer.state_dict().items():
        before = old.get(key, floats[0] if floats else value)
        value = value.to(before.device, before.dtype if value.is_floating_point() else value.dtype)
        if keep_overlap and key in old and before.dim() == value.dim():
            corner = tuple(slice(min(sizes)) for sizes in zip(before.shape, value.shape))
            value[corner] = before.detach()[corner]
        trains = before.requires_grad or (is_module and not isinstance(before, torch.nn.Parameter))
        new[key] = value.requires_grad_(trains and key in parameters)
    if is_module:
        above, _, last = name.rpartition(".")
        for key, value in new.items():
            is_parameter = key in parameters
            setattr(layer, key, torch.nn.Parameter(value.detach(), value.requires_grad) if is_parameter else value)
        layer.train(model.get_submodule(name).training)
        if name:
            setattr(model.get_submodule(above), last, layer)
        return layer
    items = []
    for key, value in state.items():
        if not str(key).startswith(prefix):
            items.append((key, value))
        elif new is not None:
            items += [(prefix + own, tensor) for own, tensor in new.items()]
            new = None
    state.clear()
    state.update(items)`,
  },
  resized: {
    imports: [],
    lines: `\
def resized(before, new):
    new = new.to(before.device, before.dtype)
    corner = tuple(slice(min(sizes)) for sizes in zip(before.shape, new.shape))
    new[corner] = before.detach()[corner]
    return new.requires_grad_(before.requires_grad)`,
  },
  fill: {
    imports: [],
    lines: `\
def fill(tensor, draw):
    with torch.no_grad():
        tensor.copy_(draw(torch.empty(tensor.shape)))`,
  },
};
