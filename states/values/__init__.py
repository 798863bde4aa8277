"""Value objects: the kinds of text, address, time zone and hours that people may give, checked once."""
