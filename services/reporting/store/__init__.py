"""Tables of `reporting`, and the queries on them."""
