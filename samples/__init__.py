"""Invented people and faxes for the demo and the tests."""
