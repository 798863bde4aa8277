"""The door of time: Prefect flows that hand the work to the house and show what was done."""
