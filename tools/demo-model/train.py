"""Trains the demo model from nothing and writes it as a GGUF file."""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from random import Random

# Each of the training processes computes on one core. The library reads this when it is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import torch
from torch import distributed, multiprocessing
from torch.nn import functional

import gguf
from dialogues import held_out_questions, make_dialogue
from evaluate import report
from model import Model, Shape
from tokenizer import CONTROL_TOKENS, Tokenizer, learn_merges

TOKENIZER_DIALOGUES = 20000
POOL_BATCHES = 160
WORKERS = 2
WARMUP_STEPS = 150
DECAY_SHARE = 0.3
LONGEST = 448
IGNORED = -100


def make_tokenizer(seed, vocabulary):
    random = Random(seed)
    texts = []
    for _ in range(TOKENIZER_DIALOGUES):
        dialogue = make_dialogue(random)
        texts += [dialogue.system or ""] + [text for turn in dialogue.turns for text in (turn.question, turn.answer)]
    return Tokenizer(learn_merges(texts, vocabulary - 256 - len(CONTROL_TOKENS)))


def kept_merges(chosen):
    """The tokenizer's merges, learned once, so that a checkpoint stays valid when the text is edited and training goes on."""
    kept = chosen.work / "merges.json"
    if not kept.exists():
        kept.write_text(json.dumps(make_tokenizer(chosen.seed, chosen.vocabulary).merges))
    return json.loads(kept.read_text())


def encoded(dialogue, tokenizer, random):
    """Ids of a dialogue and the targets: at each place the next id where the assistant speaks, else nothing.

    Half of the dialogues end early in the last answer: its beginning shows whether the question was understood, which is the hard
    part, and so the same time serves more questions. Half start with the begin token, as some programs add it and some do not.
    """
    ids, spoken = ([tokenizer.begin], [False]) if random.random() < 0.5 else ([], [])
    messages = [("system", dialogue.system)] if dialogue.system else []
    for turn in dialogue.turns:
        messages += [("user", turn.question), ("assistant", turn.answer)]
    for role, text in messages:
        turn_ids = tokenizer.encode_turn(role, text)
        ids += turn_ids
        spoken += [False] + [role == "assistant"] * (len(turn_ids) - 1)
    if random.random() < 0.5:
        kept = len(ids) - len(turn_ids) + random.randint(8, 20)
        ids, spoken = ids[:kept], spoken[:kept]
    targets = [token if counts else IGNORED for token, counts in zip(ids, spoken)]
    return ids[:-1][:LONGEST], targets[1:][:LONGEST]


def make_pool(number, seed, tokenizer, batch_tokens):
    """A fixed number of batches of dialogues of like length, in random order. The same number gives the same pool."""
    random = Random(f"{seed}/{number}")
    samples, total = [], 0
    while total < POOL_BATCHES * batch_tokens:
        samples.append(encoded(make_dialogue(random), tokenizer, random))
        total += len(samples[-1][0])
    samples.sort(key=lambda sample: len(sample[0]))
    batches, batch = [], []
    for sample in samples:
        if batch and (len(batch) + 1) * len(sample[0]) > batch_tokens * 1.05:
            batches.append(batch)
            batch = []
        batch.append(sample)
    batches.append(batch)
    random.shuffle(batches)
    return batches


def tensors_of(batch, tokenizer):
    longest = max(len(ids) for ids, _ in batch)
    ids = torch.tensor([ids + [tokenizer.end] * (longest - len(ids)) for ids, _ in batch])
    targets = torch.tensor([targets + [IGNORED] * (longest - len(targets)) for _, targets in batch])
    return ids, targets


def rate(step, steps):
    """Share of the highest learning rate: a short rise, a long plateau and a straight fall to zero."""
    return max(0.0, min(1.0, (step + 1) / WARMUP_STEPS, (steps - step) / (steps * DECAY_SHARE)))


def share_gradients(parameters):
    """Replaces each gradient by its mean over all workers."""
    flat = torch.cat([parameter.grad.flatten() for parameter in parameters])
    distributed.all_reduce(flat)
    flat /= distributed.get_world_size()
    position = 0
    for parameter in parameters:
        parameter.grad.copy_(flat[position : position + parameter.numel()].view_as(parameter))
        position += parameter.numel()


def save(work, **state):
    torch.save(state, work / "checkpoint.part")
    os.replace(work / "checkpoint.part", work / "checkpoint.pt")


def train(model, tokenizer, chosen, work, rank):
    """Runs all steps, starting again from the newest checkpoint in the work folder."""
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(parameters, lr=chosen.rate, betas=(0.9, 0.98), weight_decay=0.05)
    step = pool = 0
    if (work / "checkpoint.pt").exists():
        saved = torch.load(work / "checkpoint.pt")
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        step, pool = saved["step"], saved["pool"]
        print(f"continuing from step {step}", flush=True)
    questions = held_out_questions()[::4] if rank == 0 else []
    started = time.time()
    while step < chosen.steps:
        losses, tokens, pool_started = [], 0, time.time()
        batches = make_pool(pool, chosen.seed, tokenizer, chosen.batch_tokens // WORKERS)
        for batch in batches[rank : len(batches) // WORKERS * WORKERS : WORKERS]:
            if step == chosen.steps:
                break
            for group in optimizer.param_groups:
                group["lr"] = chosen.rate * rate(step, chosen.steps)
            ids, targets = tensors_of(batch, tokenizer)
            spoken = targets != IGNORED
            loss = functional.cross_entropy(model.output(model.hidden_states(ids)[spoken]), targets[spoken])
            optimizer.zero_grad()
            loss.backward()
            share_gradients(parameters)
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            step += 1
            losses.append(loss.item())
            tokens += ids.numel() * WORKERS
        pool += 1
        if rank == 0:
            speed = tokens / (time.time() - pool_started)
            mean = sum(losses) / len(losses)
            print(f"step {step} of {chosen.steps}, loss {mean:.4f}, {speed:.0f} tokens/s, {time.time() - started:.0f} s", flush=True)
            save(work, model=model.state_dict(), optimizer=optimizer.state_dict(), step=step, pool=pool)
            if pool % chosen.report_every == 0 and step < chosen.steps:
                report(model, tokenizer, questions)
                gguf.write(work / "latest.gguf", model, tokenizer)


def work_as(rank, merges, chosen, meeting_place):
    """One of the training processes. All hold the same model and each brings its own batches."""
    distributed.init_process_group("gloo", init_method=f"file://{meeting_place}", rank=rank, world_size=WORKERS)
    torch.set_num_threads(1)
    torch.manual_seed(chosen.seed)
    tokenizer = Tokenizer(merges)
    model = Model(Shape(vocabulary=len(tokenizer.tokens)))
    train(model, tokenizer, chosen, chosen.work, rank)
    if rank == 0:
        gguf.write(chosen.out, model, tokenizer)
        report(*gguf.read(chosen.out), held_out_questions(), show=20)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", default="assets/demo-model.gguf")
    options.add_argument("--work", type=Path, default=Path.home() / ".cache/mindmesh/demo-model", help="folder for checkpoints")
    options.add_argument("--steps", type=int, default=4400)
    options.add_argument("--batch-tokens", type=int, default=4096)
    options.add_argument("--rate", type=float, default=2e-3, help="highest learning rate")
    options.add_argument("--vocabulary", type=int, default=1536)
    options.add_argument("--report-every", type=int, default=8, help="measure after this many pools of batches")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    chosen.work.mkdir(parents=True, exist_ok=True)
    merges = kept_merges(chosen)
    with tempfile.TemporaryDirectory() as folder:
        multiprocessing.spawn(work_as, (merges, chosen, Path(folder).resolve() / "meeting-place"), WORKERS)


if __name__ == "__main__":
    main()
