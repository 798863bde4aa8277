"""Web portal: the door of people; pages made on the server, that work without any script."""
