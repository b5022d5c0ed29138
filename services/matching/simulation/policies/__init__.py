"""Ways of asking: what others do, and the product's own waves."""
