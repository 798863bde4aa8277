"""Notifications: a rung or a fact becomes words in the reader's language, and words go through a channel."""
