"""Reads what came back from Medicare: reports in our own CSV or as JSON, and what their codes mean."""
