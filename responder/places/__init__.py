"""Divisions, profiles, coordinates, distances: where everything is."""
