"""Manager pages: for those who run a dialogue."""
