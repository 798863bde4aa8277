"""Inbound mail: bounces and other reports about mail that was sent."""
