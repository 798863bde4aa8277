"""Command line: the door of the operator, the command `weerklank`."""
