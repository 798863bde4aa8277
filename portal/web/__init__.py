"""Web framework of the portal: routes, requests, sessions, CSRF, idempotency, templates and refusals."""
