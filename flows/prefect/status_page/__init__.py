"""Status page: how runs, states and the overview say in Prefect what is late and whose turn it is."""
