"""Application services between the doors and the rooms below: wiring, delivery rounds and health checks."""
