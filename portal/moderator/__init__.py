"""The pages that only the moderator sees."""
