"""The example of contract 000, word for word, and what it says."""

import json
from pathlib import Path

HERE = Path(__file__).parent
REQUEST = (HERE / "create_case_request.json").read_bytes()
BODY = json.loads(REQUEST)
DOCUMENTED = json.loads((HERE / "create_case_response.json").read_text())
