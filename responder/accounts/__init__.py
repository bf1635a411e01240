"""People, their phones and roles; sign-in, sessions and tokens."""
