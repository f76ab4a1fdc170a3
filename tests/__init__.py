"""The tests of the portal, and the real parts they run against."""
