"""Front-ends: each is a loop over the same events, for a cell, a terminal, a panel, a server."""
