"""Duplicate support in the browser: the queue, the cases side by side with the decision, and the tab of a case."""
