"""Gettext extraction: what the house says, gathered from its code, templates and books into the catalogues."""
