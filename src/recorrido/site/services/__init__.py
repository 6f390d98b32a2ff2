"""The long-running processes: web, worker, and the supervisor that runs both for a small shop."""
