"""Outbox: notices written in the transaction of what caused them, and marked when they left."""
