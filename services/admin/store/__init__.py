"""Tables of `admin`, and the queries on them."""
