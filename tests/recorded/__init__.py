"""Checks over recorded documents: `make check-recorded MIRROR=folder`; not part of `make test`."""
