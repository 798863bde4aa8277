"""Seals in a browser: what a key or a code of its owner opens there."""
