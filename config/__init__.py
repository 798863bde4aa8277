"""The switchboard: settings, policy values, the clock and the wiring of rooms."""
