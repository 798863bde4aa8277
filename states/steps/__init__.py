"""Steps: the commands of the state machine, from the request to the decided facts."""
