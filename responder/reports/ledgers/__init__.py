"""Ledgers of an incident: the dead and the missing by name, the houses by household. Personal data of the worst kind:
read only with ``casualty.see``, never on public pages, never in events beyond counts."""
