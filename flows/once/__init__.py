"""One run of every flow against a temporary Prefect server, for the demonstration."""
