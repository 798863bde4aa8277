"""Documentation generator: what the papers repeat from the code is written from it, and a test holds both together."""
