"""Writes the model as a GGUF file and reads it back."""

import os
import struct

import numpy
import torch

from model import Model, Shape
from tokenizer import CONTROL_TOKENS, Tokenizer

ALIGNMENT = 32
BLOCK = 32
F32, Q8_0 = 0, 8
MOSTLY_Q8_0 = 7
NORMAL, CONTROL = 1, 3
UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
FORMATS = {UINT32: "<I", INT32: "<i", FLOAT32: "<f", BOOL: "<?"}

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


def metadata(shape, tokenizer, parameters):
    """Key, type and value of everything that describes the model."""
    kinds = [CONTROL if token in CONTROL_TOKENS else NORMAL for token in tokenizer.tokens]
    return [
        ("general.architecture", STRING, "llama"),
        ("general.type", STRING, "model"),
        ("general.name", STRING, "MindMesh Demo"),
        ("general.description", STRING, "A tiny model that talks about MindMesh and simple facts. A demo, not an assistant."),
        ("general.license", STRING, "MIT"),
        ("general.size_label", STRING, f"{parameters / 1e6:.1f}M"),
        ("general.file_type", UINT32, MOSTLY_Q8_0),
        ("general.quantization_version", UINT32, 2),
        ("general.alignment", UINT32, ALIGNMENT),
        ("llama.block_count", UINT32, shape.layers),
        ("llama.context_length", UINT32, shape.context),
        ("llama.embedding_length", UINT32, shape.width),
        ("llama.feed_forward_length", UINT32, shape.feed_forward),
        ("llama.attention.head_count", UINT32, shape.heads),
        ("llama.attention.head_count_kv", UINT32, shape.key_heads),
        ("llama.attention.layer_norm_rms_epsilon", FLOAT32, shape.epsilon),
        ("llama.rope.dimension_count", UINT32, shape.head_width),
        ("llama.rope.freq_base", FLOAT32, shape.rope_base),
        ("llama.vocab_size", UINT32, shape.vocabulary),
        ("tokenizer.ggml.model", STRING, "gpt2"),
        ("tokenizer.ggml.pre", STRING, "gpt-2"),
        ("tokenizer.ggml.tokens", (ARRAY, STRING), tokenizer.tokens),
        ("tokenizer.ggml.token_type", (ARRAY, INT32), kinds),
        ("tokenizer.ggml.merges", (ARRAY, STRING), [f"{a} {b}" for a, b in tokenizer.merges]),
        ("tokenizer.ggml.bos_token_id", UINT32, tokenizer.begin),
        ("tokenizer.ggml.eos_token_id", UINT32, tokenizer.end),
        ("tokenizer.ggml.eot_token_id", UINT32, tokenizer.end),
        ("tokenizer.ggml.padding_token_id", UINT32, tokenizer.end),
        ("tokenizer.ggml.add_bos_token", BOOL, False),
        ("tokenizer.ggml.add_eos_token", BOOL, False),
        ("tokenizer.ggml.add_space_prefix", BOOL, False),
        ("tokenizer.chat_template", STRING, CHAT_TEMPLATE),
    ]


def packed_text(text):
    data = text.encode("utf-8")
    return struct.pack("<Q", len(data)) + data


def packed_value(kind, value):
    if isinstance(kind, tuple):
        return struct.pack("<IQ", kind[1], len(value)) + b"".join(packed_value(kind[1], entry) for entry in value)
    return packed_text(value) if kind == STRING else struct.pack(FORMATS[kind], value)


def packed_key(key, kind, value):
    return packed_text(key) + struct.pack("<I", kind[0] if isinstance(kind, tuple) else kind) + packed_value(kind, value)


def quantised(matrix):
    """Q8_0: blocks of 32 values, each a 16-bit scale and 32 signed bytes."""
    blocks = matrix.reshape(-1, BLOCK)
    scale = numpy.abs(blocks).max(axis=1, keepdims=True) / 127
    inverse = numpy.divide(1, scale, out=numpy.zeros_like(scale), where=scale > 0)
    values = numpy.round(blocks * inverse).astype(numpy.int8)
    return numpy.concatenate((scale.astype("<f2").view(numpy.int8), values), axis=1).tobytes()


def dequantised(data, form):
    rows = numpy.frombuffer(data, numpy.int8).reshape(-1, BLOCK + 2)
    scale = numpy.ascontiguousarray(rows[:, :2]).view("<f2").astype(numpy.float32)
    return (rows[:, 2:] * scale).reshape(form)


def padding(size):
    return b"\0" * (-size % ALIGNMENT)


def write(path, model, tokenizer):
    """Writes the file under another name first, so that the path never holds half a file."""
    parameters = sum(tensor.numel() for tensor in model.state_dict().values())
    keys = metadata(model.shape, tokenizer, parameters)
    head, body = b"", b""
    tensors = [(name, tensor.detach().numpy().astype(numpy.float32)) for name, tensor in model.state_dict().items()]
    for name, values in tensors:
        kind = Q8_0 if values.ndim == 2 else F32
        head += packed_text(name) + struct.pack("<I", values.ndim) + b"".join(struct.pack("<Q", size) for size in reversed(values.shape))
        head += struct.pack("<IQ", kind, len(body))
        data = quantised(values) if kind == Q8_0 else values.astype("<f4").tobytes()
        body += data + padding(len(data))
    start = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(keys)) + b"".join(packed_key(*key) for key in keys) + head
    with open(f"{path}.part", "wb") as file:
        file.write(start + padding(len(start)) + body)
    os.replace(f"{path}.part", path)


class Reader:
    """Reads values one after another from the bytes of a file."""

    def __init__(self, data):
        self.data, self.position = data, 0

    def take(self, form):
        value = struct.unpack_from(form, self.data, self.position)[0]
        self.position += struct.calcsize(form)
        return value

    def text(self):
        size = self.take("<Q")
        self.position += size
        return self.data[self.position - size : self.position].decode("utf-8")

    def value(self, kind):
        if kind == ARRAY:
            entries, count = self.take("<I"), self.take("<Q")
            return [self.value(entries) for _ in range(count)]
        return self.text() if kind == STRING else self.take(FORMATS[kind])


def read(path):
    """The model, as its quantised weights make it, and the tokenizer of a file that `write` wrote."""
    with open(path, "rb") as file:
        reader = Reader(file.read())
    magic, version, tensor_count, key_count = reader.take("4s"), reader.take("<I"), reader.take("<Q"), reader.take("<Q")
    if (magic, version) != (b"GGUF", 3):
        raise ValueError(f"{path} is not a GGUF file of version 3")
    keys = {reader.text(): reader.value(reader.take("<I")) for _ in range(key_count)}
    infos = []
    for _ in range(tensor_count):
        name = reader.text()
        sizes = [reader.take("<Q") for _ in range(reader.take("<I"))]
        infos.append((name, sizes[::-1], reader.take("<I"), reader.take("<Q")))
    start = reader.position + -reader.position % ALIGNMENT
    state = {}
    for name, form, kind, offset in infos:
        count = int(numpy.prod(form))
        size = count * 4 if kind == F32 else count // BLOCK * (BLOCK + 2)
        data = reader.data[start + offset : start + offset + size]
        values = numpy.frombuffer(data, "<f4").reshape(form) if kind == F32 else dequantised(data, form)
        state[name] = torch.from_numpy(values.copy())
    model = Model(Shape(
        vocabulary=keys["llama.vocab_size"],
        layers=keys["llama.block_count"],
        width=keys["llama.embedding_length"],
        heads=keys["llama.attention.head_count"],
        key_heads=keys["llama.attention.head_count_kv"],
        feed_forward=keys["llama.feed_forward_length"],
        context=keys["llama.context_length"],
        rope_base=keys["llama.rope.freq_base"],
        epsilon=keys["llama.attention.layer_norm_rms_epsilon"],
    ))
    model.load_state_dict(state)
    return model.eval(), Tokenizer(merge.split(" ") for merge in keys["tokenizer.ggml.merges"])
