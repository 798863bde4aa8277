"""Configuration: settings, policy values, the clock and the logs."""
