"""Rehearsal: a scenario file lived on a simulated clock, and told as a story."""
