"""The door of the operator: the command `weerklank`."""
