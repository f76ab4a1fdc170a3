"""Who may see a restricted case: asked, shown beforehand, changed and lifted."""
