"""Benchmarks: how fast it is on this machine, beside what the database and the mail server can do by themselves."""
