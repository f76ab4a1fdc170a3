def load(*a, **k):
    return ()
