"""Makes up dialogues from the intents, and the questions that are kept from training."""

from dataclasses import dataclass
from random import Random

import grammar
import intents_app
import intents_facts
import intents_talk
from intent import Intent, lines_of

INTENTS = intents_app.INTENTS + intents_facts.INTENTS + intents_talk.INTENTS
BY_NAME = {intent.name: intent for intent in INTENTS}
WEIGHTS = [intent.weight for intent in INTENTS]

SYSTEM_MESSAGES = lines_of("""
You are a helpful assistant.
You are the MindMesh demo model.
You are a {helpful|friendly|polite|kind|honest} {assistant|helper|chatbot}{.| who answers {briefly|in full sentences|in English}.}
Answer {briefly|in full sentences|politely|in plain English}.
Be {brief|kind|helpful|honest}.
You are the demo model of {MindMesh|this app}. Answer {questions about the app|simple questions} in {short|full} sentences.
You are a helpful, respectful and honest assistant. Always answer as helpfully as possible. If a question does not make any sense, or is not factually coherent, explain why instead of answering something incorrectly. If you don't know the answer to a question, don't share false information.
""")
OPENINGS = ["Hi, ", "Hello, ", "Hey, ", "Hi! ", "Hello! ", "Ok, ", "Okay, ", "So ", "And ", "Well, ", "Sorry, ", "Excuse me, ", "Please ", "Now ", "Um, "]
CLOSINGS = [" please", ", please", " thanks", " now", " then", ", thank you", " again", " exactly", " for me"]
QUESTION_STARTS = ("Can ", "Could ", "Do ", "Does ", "How ", "What ", "Which ", "Where ", "Who ", "Is ", "Are ", "Will ", "Why ")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SECOND_TURN_SHARE = 0.45
ATTEMPTS = 500


@dataclass
class Turn:
    question: str
    answer: str


@dataclass
class Dialogue:
    system: str
    turns: list


def phrase(template, slots, random):
    """A sentence of the template that ends as its first word demands."""
    text = grammar.sample(grammar.fill(template, slots), random)
    if text.endswith(".") and text.startswith(QUESTION_STARTS):
        return text[:-1] + "?"
    if text.endswith("?") and text.startswith(("I want ", "I would ", "Show ", "Tell ", "Please ")):
        return text[:-1] + "."
    return text


def mistyped(text, random):
    """The text with one slip of the finger: a letter lost, doubled, wrong or swapped with the next one."""
    places = [place for place in range(1, len(text) - 1) if text[place].isalpha() and text[place + 1].isalpha()]
    if not places:
        return text
    place = random.choice(places)
    letters = text[place : place + 2]
    changed = random.choice([letters[1], letters[0] + letters, letters[::-1], random.choice(LETTERS) + letters[1]])
    return text[:place] + changed + text[place + 2 :]


def careless(text, random):
    """The text as people type it: sometimes in lower case, without its mark at the end, with a greeting or with typing errors."""
    if random.random() < 0.08:
        text = random.choice(OPENINGS) + (text if random.random() < 0.4 else text[:1].lower() + text[1:])
    if random.random() < 0.07:
        unmarked = text.rstrip("?.!")
        text = unmarked + random.choice(CLOSINGS) + text[len(unmarked) :]
    if random.random() < 0.3:
        text = text.lower()
    elif random.random() < 0.03:
        text = text.upper()
    if random.random() < 0.22 and text[-1:] in "?.!":
        text = text[:-1]
    elif random.random() < 0.03:
        text += random.choice(["?", "!", " ", "??"])
    for _ in range(random.choice([0] * 7 + [1, 1, 2])):
        text = mistyped(text, random)
    return text or "?"


def pick(intent, asks, random, held_out=False):
    """A phrasing, slot values and the sentence that they make; one that training shows, or one that it never shows, if any."""
    for _ in range(ATTEMPTS):
        ask, slots = random.choice(asks), random.choice(intent.slots)
        sentence = phrase(ask, slots, random)
        if intent.is_held_out(ask, sentence) == held_out:
            return ask, slots, sentence
    return None


def make_turn(intent, asks, random):
    _, slots, sentence = pick(intent, asks, random)
    return Turn(careless(sentence, random), grammar.sample(grammar.fill(random.choice(intent.answers), slots), random))


def random_intent(random):
    return random.choices(INTENTS, WEIGHTS)[0]


def system_message(random):
    """Nothing mostly, else a usual one or, so that any other does no harm, some sentence."""
    choice = random.random()
    if choice < 0.75:
        return None
    if choice < 0.93:
        return grammar.sample(random.choice(SYSTEM_MESSAGES), random)
    intent = random_intent(random)
    return grammar.sample(grammar.fill(random.choice(intent.answers), random.choice(intent.slots)), random)


def recall_turn(user, random):
    """The question for the user's name, which only earlier turns can answer."""
    question = careless(grammar.sample(random.choice(lines_of(intents_talk.RECALL_QUESTIONS)), random), random)
    return Turn(question, grammar.fill(intents_talk.RECALL_ANSWER, {"user": user}) if user else intents_talk.RECALL_UNKNOWN)


def make_turns(random):
    turns, previous, user = [], None, None
    while True:
        if random.random() < (0.25 if user else 0.015):
            turns.append(recall_turn(user, random))
            previous = None
        elif previous and previous.follow_ups and random.random() < 0.5:
            turns.append(make_turn(previous, previous.follow_ups, random))
        else:
            previous = random_intent(random)
            turns.append(make_turn(previous, previous.asks, random))
            if previous.name == "my-name":
                user = turns[-1].answer.split(", ")[1].split("!")[0]
        if random.random() > (0.85 if user and len(turns) == 1 else SECOND_TURN_SHARE) or len(turns) == 8:
            return turns


def make_dialogue(random):
    return Dialogue(system_message(random), make_turns(random))


@dataclass
class Question:
    """One held-out question with what came before it."""

    group: str
    intent: Intent
    ask: str
    slots: dict
    text: str
    before: list

    def is_right(self, answer):
        """Whether the answer is one of those that the intent gives to this question."""
        asked = grammar.fill(self.ask, self.slots)
        return any(
            grammar.matches(grammar.fill(right, slots), answer)
            for slots in self.intent.slots
            if grammar.fill(self.ask, slots) == asked
            for right in self.intent.answers
        )

    def right_answer(self, random):
        return grammar.sample(grammar.fill(random.choice(self.intent.answers), self.slots), random)


def could_be_shown(intent, sentence, slots):
    """Whether some phrasing that training shows could give this sentence, whatever mark it ends with."""
    templates = [grammar.with_shared(grammar.fill(ask, slots)).lower() for ask in intent.asks]
    endings = [sentence.lower().rstrip("?.!") + mark for mark in ("", "?", ".", "!")]
    return any(grammar.matches(template, ending) for template in templates for ending in endings)


def held_out_questions(seed=20):
    """Questions that training never shows, with what a right answer is.

    New sentences come from phrasings whose other sentences training shows, new phrasings are different throughout, and follow-ups
    need the question before them. Half of the former two come again as careless people type them, and with one wrong letter.
    """
    random, questions = Random(seed), {}

    def add(group, intent, ask, slots, text, before=()):
        questions.setdefault((group, text), Question(group, intent, ask, slots, text, list(before)))

    for intent in INTENTS:
        can_vary = [ask for ask in intent.asks[1:] if any(mark in ask for mark in "{[<@")]
        for number in range(8):
            found = pick(intent, can_vary, random, held_out=True)
            if not found:
                break
            ask, slots, sentence = found
            add("new sentence", intent, ask, slots, sentence)
            if number % 2:
                add("new sentence, careless typing", intent, ask, slots, careless(sentence, random))
                add("new sentence, one wrong letter", intent, ask, slots, mistyped(sentence, random))
        for number in range(6):
            ask, slots = random.choice(intent.hidden_asks), random.choice(intent.slots)
            sentence = phrase(ask, slots, random)
            if not could_be_shown(intent, sentence, slots):
                add("new phrasing", intent, ask, slots, sentence)
                if number % 2:
                    add("new phrasing, careless typing", intent, ask, slots, careless(sentence, random))
                    add("new phrasing, one wrong letter", intent, ask, slots, mistyped(sentence, random))
        for _ in range(8 if len(intent.follow_ups) > 1 and len(intent.slots) > 10 else 0):
            found = pick(intent, intent.follow_ups[1:], random, held_out=True)
            if found:
                add("follow-up", intent, *found, [make_turn(intent, intent.asks, random)])
    return list(questions.values())
