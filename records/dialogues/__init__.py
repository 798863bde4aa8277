"""Repositories: reading and writing programmes, dialogues and their duties."""
