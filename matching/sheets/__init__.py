"""Applications that arrive as a spreadsheet: read it, find out its columns, check every cell, say what to do."""
