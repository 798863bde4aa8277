"""View models: what the templates of letters may speak of, for each kind of reader."""
