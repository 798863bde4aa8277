"""Stakeholder pages: who is at the table, the risks, the mirror, invitations and importing a register."""
