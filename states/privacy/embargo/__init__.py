"""Embargo: what acts under seal bring about waits, and others see the dialogue as it was."""
