"""The two boards that staff open first: Today and Week. Read-only views over everything below; they change nothing.

Each page takes a fixed number of SQL statements, however many sessions it shows.
"""
