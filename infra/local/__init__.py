"""`bruecke up`: NATS, PostgreSQL, a mailbox and all services on this machine."""
