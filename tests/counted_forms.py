"""Plural forms (gettext): all that a sentence of a book says in a language, whatever number it is asked for."""

from states.language.catalogue import Sentence


def all_forms(sentence: Sentence, language: str) -> str:
    """Join every form of *sentence* in *language*: one, unless it counts."""
    told = (sentence.number(number, language) for number in range(101))
    return " | ".join(dict.fromkeys(told))
