"""File uploads: read in a process of its own that may use little memory and little time."""
