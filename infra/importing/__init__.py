"""`bruecke import`: files as people have them, row by row; a bad row stops nothing."""
