"""Measures a model on the held-out questions: loss on the right answers and share of questions answered correctly."""

import argparse
import sys
from collections import defaultdict
from random import Random

import torch
from torch.nn import functional

import gguf
from dialogues import held_out_questions
from model import generate

FIRST_QUESTIONS = ["What is this app?", "How do I pause it?", "What is the capital of France?"]


def prompt_of(tokenizer, text, before=(), system=None):
    """The ids up to the place where the answer starts, as the chat template writes them."""
    ids = tokenizer.encode_turn("system", system) if system else []
    for turn in before:
        ids += tokenizer.encode_turn("user", turn.question) + tokenizer.encode_turn("assistant", turn.answer)
    return ids + tokenizer.encode_turn("user", text) + [tokenizer.assistant]


def answers_to(model, tokenizer, prompts, temperature=0.0, batch=64):
    """Generates for prompts of any length, those of equal length together."""
    by_length = defaultdict(list)
    for number, prompt in enumerate(prompts):
        by_length[len(prompt)].append(number)
    answers = {}
    for numbers in by_length.values():
        for start in range(0, len(numbers), batch):
            chosen = numbers[start : start + batch]
            made = generate(model, [prompts[number] for number in chosen], tokenizer.end, temperature=temperature)
            answers.update(zip(chosen, map(tokenizer.decode, made)))
    return [answers[number] for number in range(len(prompts))]


@torch.no_grad()
def held_out_loss(model, tokenizer, questions):
    """Mean loss per token of right answers that the model did not choose itself."""
    random, total, count = Random(5), 0.0, 0
    for question in questions:
        prompt = prompt_of(tokenizer, question.text, question.before)
        answer = tokenizer.encode(question.right_answer(random)) + [tokenizer.end]
        scores = model(torch.tensor([prompt + answer[:-1]]))[0, len(prompt) - 1 :]
        total += functional.cross_entropy(scores, torch.tensor(answer), reduction="sum").item()
        count += len(answer)
    return total / count


def report(model, tokenizer, questions, show=0):
    """Prints loss and accuracy by group, and the first few wrong answers."""
    made = answers_to(model, tokenizer, [prompt_of(tokenizer, question.text, question.before) for question in questions])
    groups, wrong = defaultdict(list), []
    for question, answer in zip(questions, made):
        groups[question.group].append(question.is_right(answer))
        if not groups[question.group][-1]:
            wrong.append((question, answer))
    print(f"held-out loss per answer token: {held_out_loss(model, tokenizer, questions):.4f}")
    for group, results in groups.items():
        print(f"held-out accuracy, {group}: {sum(results)}/{len(results)} = {sum(results) / len(results):.1%}")
    everything = [result for results in groups.values() for result in results]
    print(f"held-out accuracy, all: {sum(everything)}/{len(everything)} = {sum(everything) / len(everything):.1%}")
    for question, answer in wrong[:show]:
        print(f"  [{question.intent.name}; {question.group}] {question.text!r} -> {answer!r}")
    sys.stdout.flush()


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--model", default="assets/demo-model.gguf")
    options.add_argument("--show", type=int, default=0, help="how many wrong answers to print")
    options.add_argument("--ask", help="print the answer to this question instead")
    options.add_argument("--temperature", type=float, default=0.0)
    chosen = options.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    model, tokenizer = gguf.read(chosen.model)
    if chosen.ask:
        print(answers_to(model, tokenizer, [prompt_of(tokenizer, chosen.ask)], chosen.temperature)[0])
        return
    for text in FIRST_QUESTIONS:
        print(f"{text} -> {answers_to(model, tokenizer, [prompt_of(tokenizer, text)])[0]}")
    report(model, tokenizer, held_out_questions(), chosen.show)


if __name__ == "__main__":
    main()
