"""Text → findings: pure recognisers, one subject a module."""
