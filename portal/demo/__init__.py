"""Demonstration: a clock to move, mailboxes, and doors to enter by."""
