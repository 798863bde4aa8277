"""Localisation: letter templates, words, plural forms, dates and layout in the reader's language."""
