"""Prefect objects: schedules, automations, artifacts and names of runs."""
