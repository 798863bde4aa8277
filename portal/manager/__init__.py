"""The pages of those who run a dialogue."""
