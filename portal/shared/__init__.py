"""View helpers: what the pages of several roles share (points, call sheets, the dialogue at hand)."""
