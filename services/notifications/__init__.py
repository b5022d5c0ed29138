"""Notifications: tells people by email what concerns them, once, in their language."""
