"""Domain law: what a dialogue is, what is allowed, what falls due. Pure; it reads no clock and does no I/O."""
