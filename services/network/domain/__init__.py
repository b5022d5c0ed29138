"""Rules of `network`: what a registration must be, how an organisation stands, what a token is."""
