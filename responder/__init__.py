"""Responder: emergency coordination for a Red Cross branch."""

__version__ = "0.1.0"
