"""Pure rules of `notifications`: the life of one email and the standing of an address."""
