"""Tables and queries of `notifications`."""
