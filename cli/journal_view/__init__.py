"""Journal view: what `weerklank journal verify` found, for people and as JSON."""
