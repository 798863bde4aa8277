"""Answer pages: what is owed to each voice, the answer before it is sent, and mail that came back."""
