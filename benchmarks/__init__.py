"""How fast it is on this machine, held against what the database and the mail server can do by themselves."""
