"""The door of people: web pages, made on the server, that work without any script."""
