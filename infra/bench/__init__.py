"""Benchmarks of matching against anchors and bounds."""
