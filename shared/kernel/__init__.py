"""Words and values that mean one thing everywhere; pure, without dependencies on the rest."""
