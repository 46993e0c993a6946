"""A checkpoint with everything in it, and ways to change what such a file holds."""

import json
import struct

import numpy as np

import sparsegrow as sg
from sparsegrow.base import checkpoint_file
from support import blobs, small_model

NUMPY = {"I32": np.int32, "F32": np.float32}

X, Y = blobs(samples=80)


def write_full_checkpoint(path):
    """Write a checkpoint with everything in it: SReLU, Adam's moments, a best epoch."""
    sg.set_num_threads(1)

    def stop(model, record):
        model.save(path)

    model = small_model(layers=[8, 6, 3], activation="srelu")
    options = {"validation": 0.2, "patience": 9, "progress": False}
    model.fit(X, Y, 2, callbacks=[stop], **options)


def split(data):
    """Header, still as a dict, and tensor bytes of a safetensors file."""
    (size,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + size]), data[8 + size :]


def joined(outer, body):
    text = json.dumps(outer).encode()
    return struct.pack("<Q", len(text)) + text + body


def signed(data):
    """The file with the digest that belongs to its content."""
    outer, body = split(data)
    header = json.loads(outer["__metadata__"]["sparsegrow"])
    prints = {
        name: checkpoint_file.fingerprint(array_of(entry, body))
        for name, entry in outer.items()
        if name != "__metadata__"
    }
    header.pop("digest", None)
    header["digest"] = checkpoint_file.digest_of(header, prints)
    outer["__metadata__"]["sparsegrow"] = json.dumps(header)
    return joined(outer, body)


def array_of(entry, body):
    begin, end = entry["data_offsets"]
    return np.frombuffer(body[begin:end], NUMPY[entry["dtype"]]).reshape(entry["shape"])


def edited(data, change):
    """The file with its own header changed."""
    outer, body = split(data)
    header = json.loads(outer["__metadata__"]["sparsegrow"])
    changed = change(header)
    text = changed if isinstance(changed, str) else json.dumps(header)
    outer["__metadata__"]["sparsegrow"] = text
    return joined(outer, body) if isinstance(changed, str) else signed(joined(outer, body))


def with_array(data, name, change):
    """The file with one array changed in place."""
    outer, body = split(data)
    begin, end = outer[name]["data_offsets"]
    array = array_of(outer[name], body).copy()
    change(array)
    return signed(joined(outer, body[:begin] + array.tobytes() + body[end:]))


def renamed(data, old, new):
    outer, body = split(data)
    outer[new] = outer.pop(old)
    return signed(joined(outer, body))
