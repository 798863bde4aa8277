"""Step handlers by phase: what each step of a phase does to a dialogue."""
