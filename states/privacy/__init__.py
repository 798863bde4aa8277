"""Privacy: who may see what, asked here by every door."""
