"""Byte-level BPE as in GPT-2: training, encoding and decoding, splitting text exactly as llama.cpp's "gpt-2" pre-tokenizer does."""

import unicodedata
from collections import Counter, defaultdict

CONTROL_TOKENS = ["<|begin|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"]
SPACES = {*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000}
CONTRACTIONS = ("s", "t", "m", "d", "re", "ve", "ll")


def byte_symbols():
    """GPT-2's printable stand-in for each of the 256 bytes."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    symbols = {byte: chr(byte) for byte in printable}
    for byte in range(256):
        if byte not in symbols:
            symbols[byte] = chr(256 + len(symbols) - len(printable))
    return [symbols[byte] for byte in range(256)]


BYTE_SYMBOLS = byte_symbols()
SYMBOL_BYTES = {symbol: byte for byte, symbol in enumerate(BYTE_SYMBOLS)}


def kind_of(text, position):
    """L for a letter, N for a number, a space for white space, . for anything else and nothing behind the end."""
    if position >= len(text):
        return ""
    if ord(text[position]) in SPACES:
        return " "
    category = unicodedata.category(text[position])[0]
    return category if category in "LN" else "."


def split_words(text):
    """Cuts text into the pieces within which merges happen."""
    words, position = [], 0
    while position < len(text):
        start = position
        ending = next((c for c in CONTRACTIONS if text[position] == "'" and text.startswith(c, position + 1)), None)
        if ending:
            position += 1 + len(ending)
        else:
            first = position + (text[position] == " ")
            kind = kind_of(text, first)
            if kind in ("L", "N", "."):
                position = first
                while kind_of(text, position) == kind:
                    position += 1
            else:
                while kind_of(text, position) == " ":
                    position += 1
                if position - start > 1 and position < len(text):
                    position -= 1
        words.append(text[start:position])
    return words


def symbols_of(word):
    return tuple(BYTE_SYMBOLS[byte] for byte in word.encode("utf-8"))


def merged(symbols, pair):
    """The symbols with every occurrence of the pair joined, from left to right."""
    result, position = [], 0
    while position < len(symbols):
        if symbols[position : position + 2] == pair:
            result.append(pair[0] + pair[1])
            position += 2
        else:
            result.append(symbols[position])
            position += 1
    return tuple(result)


def learn_merges(texts, count):
    """The most frequent pairs, one after another; ties go to the pair that sorts first."""
    words = {word: (symbols_of(word), number) for word, number in Counter(w for text in texts for w in split_words(text)).items()}
    pairs, places = Counter(), defaultdict(set)
    for word, (symbols, number) in words.items():
        for pair in zip(symbols, symbols[1:]):
            pairs[pair] += number
            places[pair].add(word)
    merges = []
    while len(merges) < count:
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        for word in list(places[best]):
            symbols, number = words[word]
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] -= number
            symbols = merged(symbols, best)
            words[word] = (symbols, number)
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] += number
                places[pair].add(word)
        del pairs[best]
    return merges


class Tokenizer:
    """Turns text into ids and back. Ids: 256 bytes, then one per merge, then the control tokens."""

    def __init__(self, merges):
        self.merges = [tuple(pair) for pair in merges]
        self.tokens = BYTE_SYMBOLS + [a + b for a, b in self.merges] + CONTROL_TOKENS
        self.ranks = {pair: rank for rank, pair in enumerate(self.merges)}
        self.ids = {token: number for number, token in enumerate(self.tokens)}
        self.begin, self.system, self.user, self.assistant, self.end = (self.ids[token] for token in CONTROL_TOKENS)
        self.known = {}

    def encode(self, text):
        return [number for word in split_words(text) for number in self.encode_word(word)]

    def encode_word(self, word):
        if word not in self.known:
            symbols = symbols_of(word)
            while len(symbols) > 1:
                best = min(zip(symbols, symbols[1:]), key=lambda pair: self.ranks.get(pair, len(self.ranks)))
                if best not in self.ranks:
                    break
                symbols = merged(symbols, best)
            self.known[word] = [self.ids[symbol] for symbol in symbols]
        return self.known[word]

    def decode(self, ids):
        text = "".join(self.tokens[number] for number in ids if number < len(self.tokens) - len(CONTROL_TOKENS))
        return bytes(SYMBOL_BYTES[symbol] for symbol in text).decode("utf-8", errors="replace")

    def encode_turn(self, role, text):
        """One message as the chat template writes it."""
        return [self.ids[f"<|{role}|>"], *self.encode(text), self.end]
