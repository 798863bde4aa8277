"""Notification channels: SMTP, maildir and chat, with retry, back-off and failures told apart."""
