"""Witness: what others keep of the journal, held against it: letters, numbers and time stamps."""
