"""English texts, read by the same conventions as Chinese ones (DOMAIN §9)."""
