"""Options of steps: what comes with each step, read from its model, as typed options of the command line."""
