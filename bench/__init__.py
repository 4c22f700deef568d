"""Measures the product against limits taken in the same run, and prints ratios: `make bench`."""
