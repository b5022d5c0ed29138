"""The rules of support requests: what a valid need is, and how a request lives."""
