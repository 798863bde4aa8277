"""Sent forms: what every form meets before and after its own handler, whichever room it belongs to."""
