"""Access control: personal links, sessions, accounts, passkeys, rate limits and their revocation."""
