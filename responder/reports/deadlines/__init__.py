"""Who owes which report to whom by when, and what happens when it doesn't come."""
