"""Domain model: the dialogue, its people, duties, contributions and facts, as immutable values."""
