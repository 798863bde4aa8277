"""Overview pages: what is owed, how the dialogue stands, its dates and its settings."""
