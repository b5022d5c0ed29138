"""How Brücke is run: the command, the embedded environment, the district's data, deployment."""
