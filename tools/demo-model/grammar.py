"""Sentence templates: `{a|b}` is a choice, `[a]` an optional part, `<name>` a slot and `@name` a shared list of words.

One template text serves twice: `sample` draws a sentence from it and `matches` tells whether a sentence could have been drawn.
"""

import re

SHARED = {
    "app": "{this app|MindMesh|the app|this program}",
    "machine": "{machine|computer|PC}",
    "card": "{graphics card|GPU|video card}",
    "tell": "{Tell me|Can you tell me|Could you tell me|Please tell me|I would like to know|Do you know|I want to know}",
    "howto": "{How do I|How can I|How would I|How to|What is the way to|I want to|I would like to|Show me how to}",
}
SHARED_NAME = re.compile(r"@(\w+)")


def with_shared(template):
    """Puts the shared word lists in place of their names."""
    return SHARED_NAME.sub(lambda found: SHARED[found.group(1)], template)


def fill(template, slots):
    """Puts the values of the slots in place of their names."""
    for name, value in slots.items():
        template = template.replace(f"<{name}>", str(value))
    return template


def parse(template):
    """Reads a template into a list of texts and of lists of parsed alternatives."""
    position = 0

    def sequence(closing):
        nonlocal position
        parts, text = [], ""
        while position < len(template) and template[position] not in closing:
            character = template[position]
            position += 1
            if character not in "{[":
                text += character
                continue
            parts.append(text)
            text = ""
            alternatives = [[]] if character == "[" else []
            while True:
                alternatives.append(sequence("|}]"))
                position += 1
                if template[position - 1] != "|":
                    break
            parts.append(alternatives)
        return parts + [text]

    return sequence("")


def draw(parts, random):
    return "".join(part if isinstance(part, str) else draw(random.choice(part), random) for part in parts)


def tidy(text):
    """Removes the spaces that empty optional parts leave behind and starts the text with a capital letter."""
    text = re.sub(r" +", " ", text).strip()
    text = re.sub(r" ([?.,!])", r"\1", text)
    return text[:1].upper() + text[1:]


def sample(template, random):
    """One random sentence of a template without slots."""
    return tidy(draw(parse(with_shared(template)), random))


def pattern(parts):
    return "".join(
        re.escape(part) if isinstance(part, str) else "(?:" + "|".join(pattern(choice) for choice in part) + ")" for part in parts
    )


def matches(template, text):
    """Whether the template could have produced the text. Meant for answers, which have no optional parts."""
    return re.fullmatch(pattern(parse(with_shared(template))), text) is not None
