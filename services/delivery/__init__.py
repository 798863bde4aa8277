"""Delivery: one round of mail, from claimed letters to what the server said of each."""
