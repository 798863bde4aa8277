"""The pages of the auditor: everything without identities."""
