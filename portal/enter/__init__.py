"""Authentication: links, passwords, codes, passkeys, single sign-on and rate limits."""
