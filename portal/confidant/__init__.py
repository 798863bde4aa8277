"""Confidant pages: what only the confidant sees."""
