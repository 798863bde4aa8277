"""The pages that only the confidant sees."""
