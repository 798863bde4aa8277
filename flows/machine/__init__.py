"""Process supervisor: the Prefect server and the other processes of one machine."""
