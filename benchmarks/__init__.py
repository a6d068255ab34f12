"""What the project promises to be fast, measured: `make bench`, or `python -m benchmarks`."""
