"""Benchmarks anyone can run; each compares with a peer in the same run."""
