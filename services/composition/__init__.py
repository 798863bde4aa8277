"""Composition: letters are written from briefs, by the process that sends them or by one beside it."""
