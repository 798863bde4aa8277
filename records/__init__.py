"""Persistence: tables, the ledger as the one door for change, the journal, the outbox and the sweep."""
