"""Database engine: connections, compiled statements, bulk writes, advisory locks and column types."""
