"""Audit log: the journal of facts, append-only and bound by a hash chain."""
