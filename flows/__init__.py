"""Prefect flows: the door of time, which hands the work to the house and shows what was done."""
