"""Rules of `profiles`: what a registration must be, who is one person, and how a volunteer stands."""
