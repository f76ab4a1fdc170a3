"""Benchmarks: what the portal finds, measured on published data beside other libraries. Not part of the tests."""
