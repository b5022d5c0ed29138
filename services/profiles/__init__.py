"""Profiles: knows the volunteers, and nobody else does."""
