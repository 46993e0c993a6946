"""What a corpus that cannot be had raises."""


class CorpusError(RuntimeError):
    """Text that cannot be had, or is not fit to train on. The message is one line for the user."""
