"""Message composer: from a notice to a message in the reader's language."""
