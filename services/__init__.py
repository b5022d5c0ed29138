"""The services of Brücke, one folder each; each folder's docstring is its service card."""
