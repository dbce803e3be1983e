"""What one kind of question looks like: phrasings, answers and the values that go into both."""

import hashlib
from dataclasses import dataclass

HELD_OUT_SHARE = 10
HIDDEN = "~"


def lines_of(text):
    return [line.strip() for line in text.strip().splitlines() if line.strip()]


def stable_number(*parts):
    """The same number for the same words in every run."""
    return int.from_bytes(hashlib.sha256("\0".join(map(str, parts)).encode()).digest()[:6], "big")


@dataclass
class Intent:
    """`asks` are phrasings, `answers` the replies that count as right, `slots` one dictionary per thing that can be asked about.

    `hidden_asks` are phrasings that training never shows. `follow_ups` make sense only right after a question of the same intent.
    """

    name: str
    asks: list
    hidden_asks: list
    answers: list
    slots: list
    follow_ups: list
    weight: float

    def is_held_out(self, ask, sentence):
        """Whether training never shows this sentence, one of many that the phrasing gives. The first phrasing is always shown."""
        has_variants = any(mark in ask for mark in "{[<@")
        return has_variants and ask != self.asks[0] and stable_number(self.name, sentence.lower()) % HELD_OUT_SHARE == 0


def intent(name, asks, answers, slots=None, follow_ups="", weight=1.0):
    """An intent from texts that hold one template a line. Lines that start with `~` are kept from training."""
    lines = lines_of(asks)
    shown = [line for line in lines if not line.startswith(HIDDEN)]
    hidden = [line[1:] for line in lines if line.startswith(HIDDEN)]
    return Intent(name, shown, hidden, lines_of(answers), slots or [{}], lines_of(follow_ups), weight)
