"""The domain: casework rules and records. Nothing here knows of Flask, of a request or of a dialect."""
