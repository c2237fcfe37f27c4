"""Findings → case → completeness: the records, the rules and the store."""
