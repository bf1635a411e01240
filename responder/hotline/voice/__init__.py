"""Calls: a menu by keys, figures by keypad, the rest by voice (DOMAIN §8). Knows no provider."""
