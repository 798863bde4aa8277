"""Auditor pages: everything without identities."""
