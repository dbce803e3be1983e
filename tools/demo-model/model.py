"""The llama architecture in PyTorch, with rotary positions in llama.cpp's interleaved form."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional


@dataclass
class Shape:
    vocabulary: int
    layers: int = 6
    width: int = 192
    heads: int = 6
    key_heads: int = 2
    feed_forward: int = 512
    context: int = 1024
    rope_base: float = 10000.0
    epsilon: float = 1e-5

    @property
    def head_width(self):
        return self.width // self.heads


class Normalise(torch.autograd.Function):
    """Division by the root of the mean square, with a backward pass that needs fewer sweeps than PyTorch's own."""

    @staticmethod
    def forward(context, hidden, epsilon):
        scale = torch.rsqrt(torch.linalg.vector_norm(hidden, dim=-1, keepdim=True).square() / hidden.shape[-1] + epsilon)
        normal = hidden * scale
        context.save_for_backward(normal, scale)
        return normal

    @staticmethod
    def backward(context, gradient):
        normal, scale = context.saved_tensors
        along = (gradient * normal).mean(-1, keepdim=True)
        return torch.addcmul(gradient, normal, along, value=-1).mul_(scale), None


class Norm(nn.Module):
    """RMS norm. Its weights stay one: every norm is followed by matrices that can learn the same."""

    def __init__(self, shape):
        super().__init__()
        self.register_buffer("weight", torch.ones(shape.width))
        self.epsilon = shape.epsilon

    def forward(self, hidden):
        return Normalise.apply(hidden, self.epsilon)


class Layer(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        key_width = shape.key_heads * shape.head_width
        self.attn_norm = Norm(shape)
        self.attn_q = nn.Linear(shape.width, shape.width, bias=False)
        self.attn_k = nn.Linear(shape.width, key_width, bias=False)
        self.attn_v = nn.Linear(shape.width, key_width, bias=False)
        self.attn_output = nn.Linear(shape.width, shape.width, bias=False)
        self.ffn_norm = Norm(shape)
        self.ffn_gate = nn.Linear(shape.width, shape.feed_forward, bias=False)
        self.ffn_up = nn.Linear(shape.width, shape.feed_forward, bias=False)
        self.ffn_down = nn.Linear(shape.feed_forward, shape.width, bias=False)

    def attend(self, hidden, turns, mask, past):
        batch, length, _ = hidden.shape
        shape = self.shape
        turned = shape.heads + shape.key_heads
        # One product for all three matrices; a pair of neighbouring values turns as one complex number.
        weights = torch.cat((self.attn_q.weight, self.attn_k.weight, self.attn_v.weight))
        joined = functional.linear(hidden, weights).view(batch, length, -1, shape.head_width)
        pairs = torch.view_as_complex(joined[:, :, :turned].unflatten(-1, (-1, 2)))
        rotated = torch.view_as_real(pairs * turns).flatten(-2).transpose(1, 2)
        query, key, value = rotated[:, : shape.heads], rotated[:, shape.heads :], joined[:, :, turned:].transpose(1, 2)
        if past is not None:
            if past:
                key, value = torch.cat((past[0], key), 2), torch.cat((past[1], value), 2)
            past[:] = [key, value]
        # The query heads of one key head are stacked along the length, so that no key is copied.
        stacked = (batch * shape.key_heads, shape.heads // shape.key_heads * length)
        key, value = key.flatten(0, 1), value.flatten(0, 1)
        scores = torch.baddbmm(mask, query.reshape(*stacked, shape.head_width), key.transpose(1, 2), alpha=shape.head_width**-0.5)
        mixed = torch.bmm(functional.softmax(scores, dim=-1), value).view(batch, shape.heads, length, shape.head_width)
        return self.attn_output(mixed.transpose(1, 2).reshape(batch, length, shape.width))

    def forward(self, hidden, turns, mask, past):
        hidden = hidden + self.attend(self.attn_norm(hidden), turns, mask, past)
        both = functional.linear(self.ffn_norm(hidden), torch.cat((self.ffn_gate.weight, self.ffn_up.weight)))
        gate, up = both.chunk(2, dim=-1)
        return hidden + self.ffn_down(functional.silu(gate) * up)


class Model(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
        self.blk = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.output_norm = Norm(shape)
        self.output = nn.Linear(shape.width, shape.vocabulary, bias=False)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                deep = name.endswith(("attn_output.weight", "ffn_down.weight"))
                nn.init.normal_(parameter, std=0.02 / (2 * shape.layers) ** 0.5 if deep else 0.02 if "embd" in name else shape.width**-0.5 * 0.7)
        frequencies = shape.rope_base ** (-torch.arange(0, shape.head_width, 2) / shape.head_width)
        angles = torch.arange(shape.context)[:, None] * frequencies
        self.register_buffer("turns", torch.polar(torch.ones_like(angles), angles)[:, None], persistent=False)

    def hidden_states(self, tokens, past=None):
        """The normed states behind the last layer. `past` is a list with one list per layer, empty at first, that is continued."""
        start = past[0][0].shape[2] if past and past[0] else 0
        length = tokens.shape[1]
        mask = torch.full((length, start + length), float("-inf")).triu(start + 1).repeat(self.shape.heads // self.shape.key_heads, 1)
        hidden = self.token_embd(tokens)
        for number, layer in enumerate(self.blk):
            hidden = layer(hidden, self.turns[start : start + length], mask, past[number] if past else None)
        return self.output_norm(hidden)

    def forward(self, tokens, past=None):
        return self.output(self.hidden_states(tokens, past))


@torch.no_grad()
def generate(model, prompts, end, limit=256, temperature=0.0):
    """Answers to prompts of equal length, each up to the end token. Temperature 0 takes the likeliest token."""
    past = [[] for _ in model.blk]
    answers, open_answers = [[] for _ in prompts], set(range(len(prompts)))
    tokens = torch.tensor(prompts)
    for _ in range(min(limit, model.shape.context - tokens.shape[1])):
        scores = model.output(model.hidden_states(tokens, past)[:, -1])
        chosen = torch.multinomial(functional.softmax(scores / temperature, -1), 1)[:, 0] if temperature else scores.argmax(-1)
        for number, token in enumerate(chosen.tolist()):
            if token == end:
                open_answers.discard(number)
            elif number in open_answers:
                answers[number].append(token)
        if not open_answers:
            break
        tokens = chosen[:, None]
    return answers
