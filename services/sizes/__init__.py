"""Sizes: which profile fits a programme, what each costs, and who leaves which value."""
