"""Backup and restore: copies of the records, taken while everything runs and put back while nothing does."""
