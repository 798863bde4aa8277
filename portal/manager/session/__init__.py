"""Session pages: attendance and points, the summary, the decisions and the strategy."""
