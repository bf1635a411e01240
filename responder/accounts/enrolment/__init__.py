"""Somebody asks by text to become a liaison officer; the town decides."""
