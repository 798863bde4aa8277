"""Checkpoints: which lines they cover, and the time stamps on them."""
