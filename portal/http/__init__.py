"""HTTP: forms, static files, errors and what a browser says of itself."""
