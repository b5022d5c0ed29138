"""The messages, one module an owner; `catalogue` lists them all."""
