"""Text to train language models on, as tokens."""
