"""Run with `python3 -m unittest discover -s tools/demo-model`."""

import tempfile
import unittest
from pathlib import Path
from random import Random

import torch

import dialogues
import gguf
import grammar
from model import Model, Shape, generate
from tokenizer import Tokenizer, learn_merges, split_words


class Grammar(unittest.TestCase):
    def test_an_answer_matches_the_template_that_made_it(self):
        random = Random(1)
        for intent in dialogues.INTENTS:
            for template in intent.answers:
                filled = grammar.fill(template, random.choice(intent.slots))
                self.assertTrue(grammar.matches(filled, grammar.sample(filled, random)), template)

    def test_another_sentence_does_not_match(self):
        self.assertTrue(grammar.matches("{A|The} cat.", "The cat."))
        self.assertFalse(grammar.matches("{A|The} cat.", "The dog."))


class HeldOut(unittest.TestCase):
    def test_training_never_shows_a_held_out_question(self):
        held_out = {q.text.lower() for q in dialogues.held_out_questions() if q.group in ("new sentence", "new phrasing")}
        random, shown = Random(2), set()
        for intent in dialogues.INTENTS:
            shown.update(dialogues.pick(intent, intent.asks, random)[2].lower() for _ in range(2000))
        self.assertEqual(held_out & shown, set())


class Bytes(unittest.TestCase):
    def test_words_split_as_in_gpt_2(self):
        self.assertEqual(split_words("I'll  add 12+3 "), ["I", "'ll", " ", " add", " 12", "+", "3", " "])

    def test_any_text_survives_the_tokenizer(self):
        tokenizer = Tokenizer(learn_merges(["the cat and the dog"], 5))
        for text in ("the cat", "Grüße, 世界 🤖", "\x00\t \n", "<|end|>"):
            self.assertEqual(tokenizer.decode(tokenizer.encode(text)), text)


class File(unittest.TestCase):
    def test_a_written_model_reads_back_and_answers_the_same(self):
        torch.manual_seed(3)
        tokenizer = Tokenizer(learn_merges(["the cat and the dog"], 5))
        model = Model(Shape(vocabulary=len(tokenizer.tokens), layers=2, width=64, heads=2, key_heads=1, feed_forward=64))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "tiny.gguf"
            gguf.write(path, model, tokenizer)
            first, same_tokenizer = gguf.read(path)
            gguf.write(path, first, same_tokenizer)
            second, _ = gguf.read(path)
        self.assertEqual(same_tokenizer.tokens, tokenizer.tokens)
        for name, values in first.state_dict().items():
            torch.testing.assert_close(values, model.state_dict()[name], atol=0.02, rtol=0.01)
        prompt = [tokenizer.encode_turn("user", "the cat")]
        self.assertEqual(generate(first, prompt, tokenizer.end, limit=8), generate(second, prompt, tokenizer.end, limit=8))

    def test_going_on_from_the_past_gives_what_the_whole_gives(self):
        torch.manual_seed(4)
        model = Model(Shape(vocabulary=50, layers=2, width=64, heads=2, key_heads=1, feed_forward=64))
        tokens = torch.randint(0, 50, (2, 9))
        past = [[] for _ in model.blk]
        parts = torch.cat((model(tokens[:, :5], past), model(tokens[:, 5:], past)), 1)
        torch.testing.assert_close(parts, model(tokens), atol=1e-5, rtol=1e-4)


if __name__ == "__main__":
    unittest.main()
