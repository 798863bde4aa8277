"""Step handlers about people: how they are reached, who holds a role, who spoke for whom, and erasing."""
