"""Moderator pages: what only the moderator sees."""
