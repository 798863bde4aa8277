"""One-off run: every flow against a temporary Prefect server, for the demonstration."""
