"""File permissions (umask): files with names, addresses and words of people are for the user alone who runs it."""

import os

PRIVATE = 0o077
"""What others may not: anything."""
LOGIN_FILE = "login"
"""The file in Prefect's home with what its server asks of whoever enters."""


def keep_private() -> None:
    """Let every file and folder that this process makes from now on be its user's alone; each entry begins so."""
    os.umask(PRIVATE)
