"""Seals at rest: who spoke is stored as ciphertext for the moderator's own key."""
