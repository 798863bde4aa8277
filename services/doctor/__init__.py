"""Health checks: what `weerklank doctor` and the health page look at, one finding at a time."""
