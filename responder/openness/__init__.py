"""What the public may read: published incidents, without personal data."""
