"""Messages: the sentences with which the law explains itself in each language, and the errors that carry them."""
