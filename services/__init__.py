"""Application services: wiring, delivery rounds and health checks, between the doors and the rooms below."""
