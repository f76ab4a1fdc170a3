"""Breaking the glass on screen: asking, what is open, and who watches over it."""
