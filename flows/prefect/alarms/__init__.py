"""Alarms: the automations of Prefect, the address of whoever hears them, and the bell that tries them."""
