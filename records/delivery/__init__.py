"""Delivery queue: claiming notices as letters, and settling what became of them."""
