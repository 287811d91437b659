"""Compares saved checkpoints with their originals: `[{"original", "saved"}]` on standard input, `null` or what is wrong of each."""

import io
import json
import os
import pickle
import struct
import sys
import zipfile

import torch

# Has torch compute where each storage must be, and compare.
os.environ['TORCH_SERIALIZATION_DEBUG'] = '1'


def stub_main():
    """Classes of the corpus that only existed where it was made."""
    main = sys.modules['__main__']
    for name in ['Net', 'M', 'Model', 'Block']:
        setattr(main, name, type(name, (torch.nn.Module,), {'__module__': '__main__'}))
    main.MyT = type('MyT', (torch.Tensor,), {'__module__': '__main__'})


def written(value):
    """torch.save is deterministic: equal bytes are equal values, sharing included."""
    buffer = io.BytesIO()
    try:
        torch.save(value, buffer)
    except TypeError:
        # Python 3.11 cannot pickle what 3.13 could; the tensors are compared all the same.
        return list(tensors(value))
    return buffer.getvalue()


def tensors(value):
    if isinstance(value, torch.Tensor):
        yield str(value.dtype), value.shape, value.stride(), value.detach().flatten().view(torch.uint8).tolist()
    elif isinstance(value, dict):
        for each in value.values():
            yield from tensors(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from tensors(each)


def load_safetensors(path):
    """Without the library: header, then the bytes of each tensor."""
    with open(path, 'rb') as file:
        data = file.read()
    end = 8 + struct.unpack('<Q', data[:8])[0]
    header = json.loads(data[8:end])
    names = {'F32': torch.float32, 'F16': torch.float16, 'BF16': torch.bfloat16, 'I64': torch.int64}
    return {
        name: torch.frombuffer(bytearray(data[end + each['data_offsets'][0] : end + each['data_offsets'][1]]), dtype=names[each['dtype']])
        .reshape(each['shape']).clone()
        for name, each in header.items() if name != '__metadata__'
    }


def load(path, **options):
    try:
        if path.endswith('.pkl') and not zipfile.is_zipfile(path):
            with open(path, 'rb') as file:
                return pickle.load(file), None
        if path.endswith('.safetensors'):
            return load_safetensors(path), None
        return torch.load(path, map_location='cpu', **options), None
    except Exception as error:
        return None, f'{type(error).__name__}: {error}'


def difference(original, saved):
    value, error = load(original, weights_only=False)
    again, new_error = load(saved, weights_only=False)
    if error is not None:
        return None if new_error is not None else 'loads, the original does not'
    if new_error is not None:
        return new_error
    if original.endswith('.pkl'):
        # Small arrays and numbers; how numpy pickles them depends on what it unpickled before.
        return None if repr(value) == repr(again) else 'other values'
    if saved.endswith('.safetensors'):
        # A state dict is an OrderedDict, and keeps the order of its keys.
        value, again = ([(key, each[key].clone()) for key in sorted(each)] for each in (value, again))
    if written(value) != written(again):
        return 'other values'
    if (load(original, weights_only=True)[1] is None) and (load(saved, weights_only=True)[1] is not None):
        return 'weights_only: ' + load(saved, weights_only=True)[1]
    return zip_difference(saved, value) if zipfile.is_zipfile(saved) else None


def zip_difference(saved, value):
    broken = zipfile.ZipFile(saved).testzip()
    if broken is not None:
        return f'checksum of {broken}'
    mapped, error = load(saved, weights_only=False, mmap=True)
    if error is not None:
        return 'mmap: ' + error
    return None if written(value) == written(mapped) else 'mmap: other values'


stub_main()
json.dump([difference(pair['original'], pair['saved']) for pair in json.load(sys.stdin)], sys.stdout)
