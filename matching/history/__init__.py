"""Who did what, and when. PostgreSQL writes it, whoever changes a row: docs/history.md.

- `tracked`: which columns of which tables.
- `sql`: the triggers that write, and those that guard what is written.
- `acting`: on whose behalf this process works just now; `signing` tells the database.
- `middleware`: of each request. `matching/queries/history.py` reads; `telling` makes sentences of it.
"""
