"""Cases that become one, or more than one: merging, undoing it, splitting. The addresses stand with those of cases."""
