"""What `requests` does by itself as time goes by."""
