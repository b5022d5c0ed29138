"""What `matching` does by itself as time goes by."""
