"""Handbook: the papers as a site, and a manual page for each command."""
