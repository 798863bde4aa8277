"""Checks: the conditions to leave a phase, and what is missing."""
