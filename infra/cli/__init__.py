"""The command `bruecke`."""
