"""A district's year, played against matching's own rules, to see what a way of asking does in it.

Knows of the product only its domain: the rules, ranks, waves, boards and answers are those that
the service runs; the world alone is invented (who would say yes, when, and how often one may ask).
Never part of the running service: nothing in it imports this package.
"""
