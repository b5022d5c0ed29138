"""What every service is made of: settings, clock, database, broker, relay, loops, health."""
