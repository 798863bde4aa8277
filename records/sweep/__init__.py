"""Sweep: the batch job that applies what time does to all duties that are due."""
