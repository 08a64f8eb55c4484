"""A bank took money back on a fan's word: frozen, answered with evidence, and ended, in the books either way."""
