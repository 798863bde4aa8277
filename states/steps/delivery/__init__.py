"""Delivery: what sent, returned and hand-carried messages mean for what is owed."""
