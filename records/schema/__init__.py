"""Database schema: the tables as SQLAlchemy knows them."""
