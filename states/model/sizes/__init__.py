"""Sizes: what a company of a dozen participants can carry, and one of hundreds."""
