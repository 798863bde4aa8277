"""Timing: when a duty is due, when its reminders fire, and what the passing of time does to it."""
