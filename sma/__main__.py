"""Lets `python -m sma` stand in for the `sma` command."""

from sma.cli import main

if __name__ == "__main__":
    main()
